"""Second steps: an authenticator app and backup codes, kept encrypted, asked for after the passphrase."""

from __future__ import annotations

import json
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

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


def _code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


@pytest.fixture
def secret(founder: Founder) -> str:
    """The founder has added an authenticator app with this secret."""
    user, _workspace, made = founder
    client = Client()
    _sign_in(client, user, made)
    confirm = client.get("/accounts/app/add/")
    assert confirm.status_code == 302, "asks to confirm first"
    client.post(confirm.headers["Location"], {"password": made.keys.sign_in_secret})
    page = client.get("/accounts/app/add/").content.decode()
    found = re.search(r"<code[^>]*>([A-Z2-7]+)</code>", page)
    assert found is not None
    response = client.post("/accounts/app/add/", {"code": _code(found.group(1))})
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
