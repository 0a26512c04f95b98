"""A computer was lost: new keys from another one, by a command."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from comms.accounts.models import IdentityEntry, VaultWrap
from comms.client import replacing
from comms.wire import vault
from comms.wire.recovery import format_code, recovery_wrap_key
from tests.accounts.browser import PASSPHRASE
from tests.client.conftest import Scene, Terminal

Terminals = Callable[..., Terminal]
SECRET = bytes(range(19))


@pytest.fixture(autouse=True)
def _known_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program shows must be typed back: here it is known beforehand."""
    monkeypatch.setattr(replacing, "new_recovery_secret", lambda: SECRET)


def test_shuts_the_lost_one_out_and_carries_every_conversation_over(
    terminal: Terminals, scene: Scene
) -> None:
    dina, lost, pavel = terminal("dina"), terminal("dina", computer="two"), terminal("pavel")
    own = dina.done("new", "Of her own", "--with", "Pavel").data["id"]
    read_only = pavel.done("new", "Only reads", "--observer", "Dina").data["id"]
    dina.done("send", own, "before")
    found = dina.run(
        "--json", "replace-keys", "--stdin", text=f"{PASSPHRASE}\n{format_code(SECRET).lower()}\n"
    )
    assert found.code == 0, found.err
    shown, counts = map(json.loads, found.out.splitlines())
    assert shown == {"recovery_code": format_code(SECRET)}
    # Those of the scene and her own; an owner makes the key where she only reads.
    assert (counts["waiting"], counts["ownerless"], counts["stopped"]) == (1, 0, 0)
    assert counts["renewed"] >= 1
    assert lost.json("list").code == 3
    pavel.done("send", own, "after")
    pavel.done("send", read_only, "here too")
    texts = [json.loads(line)["text"] for line in dina.json("read", own).out.splitlines()]
    assert texts == ["before", "after"]
    wraps = VaultWrap.objects.filter(user=scene.people["dina"])
    (by_code,) = [bytes(one.content) for one in wraps if one.kind == VaultWrap.Kind.RECOVERY_CODE]
    assert vault.open_wrap(vault.read_wrap(by_code), recovery_wrap_key(SECRET))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (f"{PASSPHRASE}\n{format_code(bytes(19))}\n", "wrong_code"),
        (f"{PASSPHRASE}\nno code at all\n", "wrong_code"),
        ("seven loud boats below the bridge\n", "wrong_passphrase"),
    ],
)
def test_changes_nothing_without_passphrase_and_the_code_typed_back(
    terminal: Terminals, scene: Scene, lines: str, code: str
) -> None:
    dina = terminal("dina")
    found = dina.json("replace-keys", "--stdin", text=lines)
    assert (found.code, found.error["code"]) == (2, code)
    assert IdentityEntry.objects.filter(user=scene.people["dina"]).count() == 1
    assert dina.json("list").code == 0
