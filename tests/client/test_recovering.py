"""The passphrase is lost: a mail and the recovery code lead back in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache

from comms.wire.recovery import format_code
from tests.accounts.browser import PASSPHRASE
from tests.client.conftest import Terminal

Terminals = Callable[..., Terminal]
FRESH = "twelve grey herons beside our ferry"
SECRET = bytes(range(19))
CODE = format_code(SECRET).lower()


@pytest.fixture
def terminals(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> tuple[Terminal, Terminal, str]:
    """Dina, whose recovery code is known, another computer of hers, and a mailed key."""
    monkeypatch.setattr("tests.accounts.browser.new_recovery_secret", lambda: SECRET)
    make: Terminals = request.getfixturevalue("terminal")
    dina, fresh = make("dina"), make("dina", "two", signed_in=False)
    dina.done("new", "Ceasefire", "--with", "Pavel")
    asked = fresh.json("recover", fresh.address, fresh.email, "--stdin")
    assert (asked.code, asked.error["code"]) == (2, "usage")
    found = re.search(r"http\S+/accounts/reset/#(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    cache.clear()
    return dina, fresh, f"{fresh.address}/accounts/reset/#{found.group(1)}"


def test_new_passphrase_signs_in_and_opens_everything(
    terminals: tuple[Terminal, Terminal, str],
) -> None:
    dina, fresh, link = terminals
    words = ("recover", fresh.address, fresh.email, "--stdin", "--link", link)
    for lines, code in (
        (f"{FRESH[:6]}\n", "weak_passphrase"),
        (f"{FRESH}\n{CODE[:-1]}x\n", "mistyped_code"),
    ):
        refused = fresh.json(*words, text=lines)
        assert (refused.code, refused.error["code"]) == (2, code)
    foreign = (*words[:-1], link.replace("localhost", "elsewhere.example"))
    assert fresh.json(*foreign, text=f"{FRESH}\n{CODE}\n").code == 2
    # Nothing has happened yet.
    assert dina.json("list").code == 0

    assert fresh.json(*words, text=f"{FRESH}\n{CODE}\n").code == 0
    assert fresh.done("list").data[0]["title"] == "Ceasefire"
    # Whoever was signed in is out, and the old passphrase opens nothing.
    assert dina.json("list").code == 3
    assert dina.sign_in(PASSPHRASE).code == 1
    cache.clear()
    assert dina.sign_in(FRESH).code == 0
    assert fresh.json(*words, text=f"{FRESH}\n{CODE}\n").error["code"] == "not_found"


def test_after_a_reset_elsewhere_the_code_opens_the_vault(
    terminals: tuple[Terminal, Terminal, str],
) -> None:
    dina, fresh, link = terminals
    other = format_code(bytes(19))
    words = ("recover", fresh.address, fresh.email, "--stdin", "--link", link)
    wrong = fresh.json(*words, text=f"{FRESH}\n{other}\n")
    assert (wrong.code, wrong.error["code"]) == (2, "wrong_code")
    assert fresh.json("list").code == 3
    # The new passphrase signs in, and that is all it does.
    locked = dina.sign_in(FRESH)
    assert (locked.code, locked.error["code"]) == (2, "vault_locked")
    found = dina.json(
        "sign-in", dina.address, dina.email, "--stdin", "--recovery-code", text=f"{FRESH}\n{CODE}\n"
    )
    assert found.code == 0, found.err
    dina.done("lock")
    dina.done("unlock", "--stdin", "--recovery-code", text=f"{CODE}\n")
    dina.done("lock")
    dina.done("unlock", "--stdin", text=f"{FRESH}\n")
    assert dina.done("list").data[0]["title"] == "Ceasefire"
