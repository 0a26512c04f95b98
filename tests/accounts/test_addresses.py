"""A person's e-mail address changes by a link to the new one, and nobody is locked out by it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from comms.accounts import selectors, services
from comms.accounts.models import User, Workspace
from comms.core.errors import ConflictError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.wire import vault
from tests.accounts.browser import PASSPHRASE, Person, derived

Founder = tuple[User, Workspace, Person]
AsUser = Callable[[User], Client]
NEW = "freya.founder@mission.example"


def _sign_in(email: str, made: Person) -> int:
    answer = Client().post(
        "/accounts/sign-in/",
        {"login": email, "password": made.keys.sign_in_secret},
        headers={"accept": "application/json"},
    )
    json.loads(answer.content)
    return answer.status_code


def _ask(client: Client, made: Person, address: str = NEW) -> int:
    sent = {"email": address, "password": made.keys.sign_in_secret}
    return client.post("/me/email/", sent).status_code


def _mailed_token() -> str:
    (message,) = [one for one in mail.outbox if "/me/email/confirm/" in str(one.body)]
    link = re.search(r"http\S+/me/email/confirm/#(\S+)", str(message.body))
    assert link is not None
    assert message.to == [NEW]
    return link.group(1)


def test_new_address_signs_in_and_the_vault_still_opens(founder: Founder, as_user: AsUser) -> None:
    """Same passphrase, same salt, same vault; the old address is nobody's any more."""
    user, workspace, made = founder
    before, salt = user.email, selectors.sign_in_argon2(user.email)
    client = as_user(user)
    assert _ask(client, made, NEW.upper()) == 302
    assert User.objects.get(pk=user.pk).email == before, "nothing changes before the link"
    assert client.post("/me/email/confirm/", {"token": _mailed_token()}).status_code == 302
    assert selectors.sign_in_argon2(NEW) == salt
    assert selectors.sign_in_argon2(before) != salt
    assert (_sign_in(NEW, made), _sign_in(before, made)) == (200, 400)
    user.refresh_from_db()
    wrap = vault.read_wrap(bytes(user.vault_wraps.get(kind=1).content))
    key = vault.open_wrap(wrap, derived(PASSPHRASE).wrap_key)
    assert vault.open_vault(vault.read_vault(bytes(user.vault.content)), key).number == 1
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (NEW, True, True)
    with in_workspace(workspace.id):
        entry = AuditEntry.objects.get(action="accounts.changed_email")
    assert entry.details == {"before": before, "after": NEW}


def test_present_address_hears_of_it_twice(founder: Founder, as_user: AsUser) -> None:
    """When it is asked for, before any link goes out, and when it is done."""
    user, _workspace, made = founder
    client = as_user(user)
    _ask(client, made)
    client.post("/me/email/confirm/", {"token": _mailed_token()})
    assert [one.to for one in mail.outbox] == [["freya@example.org"], [NEW], ["freya@example.org"]]
    assert all(NEW in str(mail.outbox[at].body) for at in (0, 2))


def test_refuses_without_the_passphrase(founder: Founder, as_user: AsUser) -> None:
    """A browser left open changes nothing; the page keeps the address that was typed."""
    user, _workspace, _made = founder
    answer = as_user(user).post("/me/email/", {"email": NEW, "password": "0" * 64})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"password"}
    assert NEW in answer.content.decode()
    assert not mail.outbox


@pytest.mark.parametrize("address", ["", "not an address", "a@b", "freya@example.org"])
def test_refuses_no_address_and_the_present_one(
    address: str, founder: Founder, as_user: AsUser
) -> None:
    """The error names the field."""
    user, _workspace, made = founder
    sent = {"email": address, "password": made.keys.sign_in_secret}
    answer = as_user(user).post("/me/email/", sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"email"}


def test_taken_address_looks_the_same_and_gets_no_link(
    founder: Founder, as_user: AsUser, dina: User
) -> None:
    """Nobody learns here who has an account."""
    user, _workspace, made = founder
    client = as_user(user)
    assert _ask(client, made, dina.email) == 302
    assert [one.to for one in mail.outbox] == [[user.email]]


def test_refuses_the_sixth_request_of_an_hour(founder: Founder, as_user: AsUser) -> None:
    """Nobody is flooded with mails, and the passphrase is not guessed here."""
    user, _workspace, made = founder
    client = as_user(user)
    answers = [_ask(client, made) for _try in range(6)]
    assert answers == [302] * 5 + [422]
    assert len(mail.outbox) == 10


def test_refuses_a_link_of_somebody_else(founder: Founder, as_user: AsUser, dina: User) -> None:
    """Whoever reads the mail needs the account too: a mistyped address is no key."""
    user, _workspace, made = founder
    _ask(as_user(user), made)
    token = _mailed_token()
    assert as_user(dina).post("/me/email/confirm/", {"token": token}).status_code == 404
    page = Client().post("/me/email/confirm/", {"token": token}).content.decode()
    assert "Sign in first" in page
    assert set(User.objects.filter(pk__in=[user.pk, dina.pk]).values_list("email", flat=True)) == {
        "freya@example.org",
        dina.email,
    }


def test_refuses_a_used_link(founder: Founder, as_user: AsUser) -> None:
    """Once."""
    user, _workspace, made = founder
    client = as_user(user)
    _ask(client, made)
    token = _mailed_token()
    assert client.post("/me/email/confirm/", {"token": token}).status_code == 302
    assert client.post("/me/email/confirm/", {"token": token}).status_code == 404


def test_refuses_a_link_after_four_hours(founder: Founder, as_user: AsUser) -> None:
    """The mail may lie about."""
    user, _workspace, made = founder
    with time_machine.travel(time.time(), tick=False) as traveller:
        _ask(as_user(user), made)
        traveller.shift(timedelta(hours=4, seconds=1))
        with pytest.raises(NotFoundError):
            services.confirm_email_change(person=user, token=_mailed_token())


def test_new_passphrase_ends_the_link(founder: Founder, as_user: AsUser) -> None:
    """Whoever locks a thief out ends what the thief has asked for."""
    user, _workspace, made = founder
    _ask(as_user(user), made)
    services.reset_sign_in(person=user, secret="b" * 64, argon2=made.keys.argon2)
    with pytest.raises(NotFoundError):
        services.confirm_email_change(person=user, token=_mailed_token())


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "0" * 2000])
def test_refuses_invented_links(token: str, founder: Founder) -> None:
    """Whatever their shape."""
    with pytest.raises(NotFoundError):
        services.confirm_email_change(person=founder[0], token=token)


def test_refuses_an_address_that_was_taken_meanwhile(
    founder: Founder, as_user: AsUser, dina: User
) -> None:
    """The first to confirm has it."""
    user, _workspace, made = founder
    _ask(as_user(user), made)
    User.objects.filter(pk=dina.pk).update(email=NEW)
    with pytest.raises(ConflictError):
        services.confirm_email_change(person=user, token=_mailed_token())
    assert User.objects.get(pk=user.pk).email == "freya@example.org"
