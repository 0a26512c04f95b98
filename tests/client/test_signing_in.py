"""Getting in, staying in, and getting out."""

from __future__ import annotations

import stat
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache

from comms.accounts import services as accounts
from tests.accounts.browser import PASSPHRASE
from tests.client.conftest import Scene, Terminal

Terminals = Callable[..., Terminal]
WORD = PASSPHRASE.split()[0].encode()


def _code(secret: str) -> str:
    from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time

    # The one of this moment: the first of those that are accepted may be gone in the next.
    accepted = list(yield_hotp_counters_from_time())
    counter = accepted[len(accepted) // 2]
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_passphrase_is_sent_to_nobody(terminal: Terminals, wire: Any) -> None:
    dina = terminal("dina", signed_in=False)
    sent = wire(None)
    found = dina.sign_in()
    assert found.code == 0
    assert found.data["workspace"] == "talks"
    assert sent
    assert not [path for _method, path, body in sent if WORD in body]


def test_nothing_that_was_kept_holds_passphrase_or_vault_key(terminal: Terminals) -> None:
    dina = terminal("dina")
    kept = list(dina.home.iterdir())
    assert stat.S_IMODE(dina.home.stat().st_mode) == 0o700
    for file in kept:
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 or file.name == "lock"
        assert WORD not in file.read_bytes()


def test_refuses_a_wrong_passphrase(terminal: Terminals) -> None:
    dina = terminal("dina", signed_in=False)
    found = dina.sign_in("seven loud boats below the bridge")
    assert (found.code, found.error["code"]) == (1, "invalid")
    assert "do not belong together" in found.error["sentence"]
    assert dina.json("list").code == 3


def test_unknown_address_is_refused_in_the_same_words(scene: Scene, terminal: Terminals) -> None:
    nobody = terminal("nobody", signed_in=False)
    found = nobody.sign_in()
    assert (found.code, found.error["code"]) == (1, "invalid")
    assert "do not belong together" in found.error["sentence"]


def test_second_step_is_asked_for_and_held(scene: Scene, terminal: Terminals) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(scene.people["dina"], secret)
    assert Authenticator.objects.filter(user=scene.people["dina"]).count() == 1
    dina = terminal("dina", signed_in=False)
    wrong = dina.sign_in(PASSPHRASE, "--code", "000000")
    assert (wrong.code, wrong.error["code"]) == (1, "invalid")
    assert dina.json("list").code == 3
    cache.clear()
    assert dina.sign_in(PASSPHRASE, "--code", _code(secret)).code == 0
    assert dina.done("list").data == []


def test_locking_forgets_the_keys_and_unlocking_asks_again(terminal: Terminals) -> None:
    dina = terminal("dina")
    dina.done("lock")
    locked = dina.json("list")
    assert (locked.code, locked.error["code"]) == (3, "locked")
    wrong = dina.json("unlock", "--stdin", text="another passphrase\n")
    assert (wrong.code, wrong.error["code"]) == (2, "wrong_passphrase")
    dina.done("unlock", "--stdin", text=f"{PASSPHRASE}\n")
    assert dina.done("list").data == []
    assert dina.done("status").data["locked"] is False


def test_signing_out_ends_the_session_on_the_server(scene: Scene, terminal: Terminals) -> None:
    dina = terminal("dina")
    kept = (dina.home / "session.json").read_text()
    dina.done("sign-out")
    assert dina.json("list").code == 3
    # Even a copy of the file opens nothing any more.
    (dina.home / "session.json").write_text(kept)
    (dina.home / "session.json").chmod(0o600)
    assert dina.json("list").code == 3


def test_session_that_was_ended_from_a_browser_stays_out(scene: Scene, terminal: Terminals) -> None:
    dina = terminal("dina")
    (session,) = UserSession.objects.filter(user=scene.people["dina"])
    assert session.user_agent.startswith("comms-cli")
    accounts.end_session(person=scene.people["dina"], session_id=session.pk)
    found = dina.json("list")
    assert (found.code, found.error["code"]) == (3, "signed_out")


def test_refuses_files_that_others_may_read(terminal: Terminals) -> None:
    dina = terminal("dina")
    (dina.home / "session.json").chmod(0o644)
    found = dina.json("list")
    assert found.code == 2
    assert "chmod 600" in found.error["sentence"]
    (dina.home / "session.json").chmod(0o600)
    dina.home.chmod(0o755)
    assert dina.json("list").code == 2


@pytest.mark.parametrize(
    "address", ["http://example.org", "ftp://localhost", "https://a@b.example"]
)
def test_refuses_an_address_that_is_not_safe(terminal: Terminals, address: str) -> None:
    dina = terminal("dina", signed_in=False)
    found = dina.json("sign-in", address, "dina@example.org", "--stdin", text="x\n")
    assert found.code == 2


def test_server_that_does_not_answer_is_said(terminal: Terminals) -> None:
    dina = terminal("dina", signed_in=False)
    found = dina.json("sign-in", "http://localhost:9", "dina@example.org", "--stdin", text="x\n")
    assert (found.code, found.error["code"]) == (4, "unreachable")
