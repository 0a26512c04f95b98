"""Second steps: an authenticator app and backup codes, kept encrypted, asked for after the passphrase."""

from __future__ import annotations

import json
import re
import time
import uuid

import pytest
import time_machine
from allauth.core import context
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import caches
from django.test import Client, RequestFactory

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from tests.accounts.browser import Person

Founder = tuple[User, Workspace, Person]


def _sign_in(client: Client, user: User, made: Person) -> str:
    response = client.post(
        "/accounts/sign-in/",
        {"login": user.email, "password": made.keys.sign_in_secret},
        headers={"accept": "application/json"},
    )
    return str(json.loads(response.content)["location"])


def _code(secret: str, *, later: int = 1) -> str:
    """The code of this moment, or `later` periods after it: one period is accepted early, and one late."""
    now = list(yield_hotp_counters_from_time())[1]
    return str(format_hotp_value(hotp_value(secret, now + later)))


def _enter(user: User, made: Person, code: str) -> int:
    """Sign in on a new browser with this code; the answer's status."""
    client = Client()
    _sign_in(client, user, made)
    answer = client.post(
        "/accounts/second-step/", {"code": code}, headers={"accept": "application/json"}
    )
    return answer.status_code


@pytest.mark.parametrize("page", ["/accounts/app/add/", "/accounts/passkeys/add/", "/me/"])
def test_navigation_marks_settings_on_every_page_of_ones_own(founder: Founder, page: str) -> None:
    """Also on those that are allauth's."""
    user, workspace, made = founder
    client = Client()
    _sign_in(client, user, made)
    client.post("/accounts/confirm/", {"password": made.keys.sign_in_secret})
    answer = client.get(page)
    assert answer.status_code == 200
    first = answer.content.decode().split("</nav>")[0]
    settings = f'<a href="/w/{workspace.slug}/settings/" aria-current="page">'
    assert first.count("aria-current") == first.count(settings) == 1


@pytest.fixture
def secret(founder: Founder) -> str:
    """The founder has added an authenticator app with this secret."""
    return _added_app(founder)


def _added_app(founder: Founder) -> str:
    user, _workspace, made = founder
    client = Client()
    _sign_in(client, user, made)
    confirm = client.get("/accounts/app/add/")
    assert confirm.status_code == 302, "asks to confirm first"
    client.post(confirm.headers["Location"], {"password": made.keys.sign_in_secret})
    page = client.get("/accounts/app/add/").content.decode()
    found = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)
    assert found is not None
    response = client.post("/accounts/app/add/", {"code": _code(found.group(1), later=0)})
    assert response.headers["Location"] == "/accounts/backup-codes/"
    return found.group(1)


def test_code_is_asked_for_after_the_passphrase(founder: Founder, secret: str) -> None:
    """The passphrase alone opens nothing any more."""
    user, _workspace, made = founder
    client = Client()
    assert _sign_in(client, user, made) == "/accounts/second-step/"
    assert client.get("/me/").status_code == 302
    done = client.post(
        "/accounts/second-step/", {"code": _code(secret)}, headers={"accept": "application/json"}
    )
    assert done.status_code == 200
    assert client.get("/me/").status_code == 200


def test_refuses_wrong_code(founder: Founder, secret: str) -> None:
    """In one sentence, which the page shows."""
    user, _workspace, made = founder
    client = Client()
    _sign_in(client, user, made)
    answer = client.post(
        "/accounts/second-step/", {"code": "12ab56"}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"] == ["That code or passkey was not accepted. Try again."]
    assert client.get("/me/").status_code == 302


def test_code_works_once_however_long_it_would_be_good(founder: Founder, secret: str) -> None:
    """Whoever saw it typed can't use it, also when the cache forgot in the meantime."""
    user, _workspace, made = founder
    # Ten seconds into a period: after 59 more the next code is still good, and it isn't the newest.
    with time_machine.travel(time.time() // 30 * 30 + 310, tick=False) as clock:
        early = _code(secret, later=1)
        assert _enter(user, made, early) == 200
        assert _enter(user, made, early) == 400
        for passed in (31, 28):
            clock.shift(passed)
            caches["default"].key_prefix = uuid.uuid4().hex
            assert _enter(user, made, early) == 400
        assert _enter(user, made, _code(secret, later=0)) == 200
        assert _enter(user, made, _code(secret, later=-1)) == 400, "an earlier one neither"


def test_code_that_added_the_app_opens_nothing_more(founder: Founder) -> None:
    """It was shown to the server before the app counted; a later one works."""
    user, _workspace, made = founder
    with time_machine.travel(time.time(), tick=False):
        key = _added_app(founder)
        assert _enter(user, made, _code(key, later=0)) == 400
        assert _enter(user, made, _code(key, later=1)) == 200


def test_code_confirms_nothing_after_it_signed_in(founder: Founder, secret: str) -> None:
    """The page that asks again before a dangerous act takes codes by the same rule."""
    user, _workspace, made = founder
    client = Client()
    with time_machine.travel(time.time() + 300, tick=False):
        code = _code(secret, later=0)
        _sign_in(client, user, made)
        client.post(
            "/accounts/second-step/", {"code": code}, headers={"accept": "application/json"}
        )
        form = ReauthenticateForm(user=user, data={"code": code})
        with context.request_context(RequestFactory().get("/")):
            assert not form.is_valid()
            assert ReauthenticateForm(user=user, data={"code": _code(secret, later=1)}).is_valid()


def test_backup_code_works_once(founder: Founder, secret: str) -> None:
    """And only once."""
    user, _workspace, made = founder
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    for expected in (200, 400):
        client = Client()
        _sign_in(client, user, made)
        answer = client.post(
            "/accounts/second-step/", {"code": codes[0]}, headers={"accept": "application/json"}
        )
        assert answer.status_code == expected


def test_secrets_are_encrypted_in_the_database(founder: Founder, secret: str) -> None:
    """A reader of the database gets no codes."""
    rows = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in rows
    seeds = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert ":" in seeds, "names the key that opens it"


def test_changes_are_recorded(founder: Founder, secret: str) -> None:
    """In the trail of the person's workspaces."""
    with in_workspace(founder[1].id):
        assert AuditEntry.objects.filter(action="accounts.added_authenticator_app").exists()


def test_refuses_adding_without_confirming(founder: Founder) -> None:
    """A stolen session adds nothing of its own."""
    user, _workspace, made = founder
    client = Client()
    _sign_in(client, user, made)
    for path in ("/accounts/app/add/", "/accounts/passkeys/add/", "/accounts/backup-codes/new/"):
        answer = client.post(path, {"code": "123456", "credential": "{}"})
        assert "/accounts/confirm/" in answer.headers["Location"]
    assert not Authenticator.objects.exists()


def test_refuses_confirming_with_wrong_secret(founder: Founder) -> None:
    """The page comes again and says why."""
    user, _workspace, made = founder
    client = Client()
    _sign_in(client, user, made)
    page = client.post("/accounts/confirm/?next=/accounts/app/add/", {"password": "0" * 64})
    assert "That is not your passphrase." in page.content.decode()
