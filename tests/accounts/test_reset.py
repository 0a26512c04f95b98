"""Forgetting the passphrase: a mail restores signing in, never the vault."""

from __future__ import annotations

import re

from django.core import mail
from django.test import Client

from comms.accounts.models import User, Workspace
from comms.wire.argon import Argon2
from comms.wire.cbor import encode
from tests.accounts.browser import Person

Founder = tuple[User, Workspace, Person]
CBOR = "application/cbor"
NEW = "b" * 64


def _mailed_key(email: str) -> str:
    Client().post("/accounts/reset/ask/", {"email": email})
    link = re.search(r"http\S+/accounts/reset/#(\S+)", str(mail.outbox[-1].body))
    assert link is not None
    return link.group(1)


def _finish(key: str, secret: str = NEW) -> int:
    body = encode([key, secret, Argon2(bytes(16)).to_value()])
    return Client().post("/accounts/reset/finish/", body, content_type=CBOR).status_code


def test_mailed_link_sets_a_new_secret(founder: Founder) -> None:
    """The key travels in the fragment; the person is told by a second mail."""
    user, _workspace, made = founder
    assert _finish(_mailed_key(user.email)) == 200
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.check_password(made.keys.sign_in_secret)
    assert "replaced" in mail.outbox[-1].subject


def test_reset_signs_every_browser_out(founder: Founder) -> None:
    """Whoever had the account has it no more."""
    user, _workspace, made = founder
    client = Client()
    client.post("/accounts/sign-in/", {"login": user.email, "password": made.keys.sign_in_secret})
    assert client.get("/me/").status_code == 200
    _finish(_mailed_key(user.email))
    assert client.get("/me/").status_code == 302


def test_refuses_used_key(founder: Founder) -> None:
    """Once."""
    key = _mailed_key(founder[0].email)
    assert _finish(key) == 200
    assert _finish(key, "c" * 64) == 404


def test_refuses_invented_key(founder: Founder) -> None:
    """Whatever its shape."""
    for key in ("", "-", "x-y", f"{founder[0].id}-abc", "0" * 150):
        assert _finish(key) == 404
    assert founder[0].check_password(founder[2].keys.sign_in_secret)


def test_unknown_address_looks_the_same_and_gets_no_mail(founder: Founder) -> None:
    """Nobody learns who has an account."""
    known = Client().post("/accounts/reset/ask/", {"email": founder[0].email})
    count = len(mail.outbox)
    unknown = Client().post("/accounts/reset/ask/", {"email": "nobody@example.org"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert len(mail.outbox) == count


def test_pages_say_that_the_vault_stays_shut() -> None:
    """Before and after the mail."""
    for path in ("/accounts/reset/ask/", "/accounts/reset/"):
        assert "never the vault" in Client().get(path).content.decode() or (
            "can not open your vault" in Client().get(path).content.decode()
        )
