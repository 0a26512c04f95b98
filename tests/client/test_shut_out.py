"""What the past still opens, and what it does not: old vaults, changed keys, members who are out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from comms.accounts.services.people import save_entry
from comms.core.tenancy import in_workspace
from comms.threads.models import Epoch, Wrap
from comms.wire import identity
from comms.wire.keys import IdentitySeeds
from tests.client.conftest import Scene, Terminal, new_keys
from tests.client.lies import answers, is_alarmed

Terminals = Callable[..., Terminal]
Wire = Callable[..., list[tuple[str, str, bytes]]]


@pytest.fixture
def talk(terminal: Terminals) -> tuple[Terminal, str]:
    """Pavel's terminal, which has read three messages of Dina's."""
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Ceasefire", "--with", "Pavel").data["id"]
    for number in (1, 2, 3):
        dina.done("send", thread, f"message {number}")
    assert len(pavel.done("read", thread).rows) == 3
    return pavel, thread


def test_refuses_fewer_epochs_than_were_seen(
    talk: tuple[Terminal, str], terminal: Terminals, wire: Wire
) -> None:
    pavel, thread = talk
    terminal("dina").done("title", thread, "Another")
    pavel.done("read", thread)
    sent = wire(answers("epochs$", lambda rows: rows[:1]))
    is_alarmed(pavel, thread, "rollback", sent)


def test_refuses_an_older_vault(talk: tuple[Terminal, str], wire: Wire) -> None:
    pavel, thread = talk
    kept: list[Any] = []

    def keep(value: Any) -> Any:
        kept.append(value)
        return value

    wire(answers("v1/keys$", keep))
    pavel.done("verify", "Dina", "--same", pavel.done("verify", "Dina").data["number"])
    sent = wire(answers("v1/keys$", lambda _value: kept[0]))
    is_alarmed(pavel, thread, "vault-rollback", sent)


@pytest.mark.parametrize("computer", ["one", "two"], ids=["the same computer", "a new computer"])
def test_refuses_keys_that_were_replaced_long_before(
    talk: tuple[Terminal, str], terminal: Terminals, scene: Scene, wire: Wire, computer: str
) -> None:
    """The log has Dina's newer keys, also where only another computer of Pavel's has read that far."""
    pavel, thread = talk
    new_keys(terminal("dina"))
    pavel.done("log")
    there = terminal("pavel", computer)

    def older(rows: list[Any]) -> list[Any]:
        dina = scene.people["dina"].id.bytes
        return [[user, name, raws[:1] if user == dina else raws] for user, name, raws in rows]

    sent = wire(answers("(people|identities)$", older))
    is_alarmed(there, thread, "unlogged", sent)


def test_refuses_everything_once_there_are_keys_in_ones_own_name(
    talk: tuple[Terminal, str], scene: Scene, wire: Wire
) -> None:
    """Somebody has logged keys as Pavel's, which his vault has never seen."""
    pavel, thread = talk
    before = identity.read_entry(bytes(scene.people["pavel"].identity_entries.get().entry))
    raw = identity.make_entry(
        user=before.user, made_at=before.made_at, seeds=IdentitySeeds.generate(), after=before
    )
    save_entry(identity.read_entry(raw))

    def hidden(method: str, path: str, data: bytes) -> bytes:
        """Only the log shows it: a server that admits to it is refused before."""
        data = answers("v1/keys$", lambda rows: [*rows[:4], before.raw, *rows[5:]])(
            method, path, data
        )
        return answers("keys/chain$", lambda rows: rows[:1])(method, path, data)

    sent = wire(hidden)
    is_alarmed(pavel, thread, "own-keys", sent)


def test_refuses_changed_keys_until_they_are_accepted(
    talk: tuple[Terminal, str], terminal: Terminals, scene: Scene
) -> None:
    """Dina starts over with other keys: a reset, logged, but not signed by the keys before."""
    pavel, thread = talk
    number = pavel.done("verify", "Dina").data["number"]
    pavel.done("verify", "Dina", "--same", number)
    dina = scene.people["dina"]
    before = identity.read_entry(bytes(dina.identity_entries.get().entry))
    raw = identity.make_entry(
        user=dina.id, made_at=before.made_at, seeds=IdentitySeeds.generate(), after=before
    )
    save_entry(identity.read_entry(raw))
    for words in (("read", thread), ("send", thread, "Still you?"), ("verify", "Dina")):
        found = pavel.json(*words)
        assert (found.code, found.error["code"]) == (5, "changed-keys")
        assert "Dina Diplomat" in found.error["sentence"]
    accepted = pavel.done("verify", "Dina", "--accept").data
    assert accepted["state"] == "unverified"
    assert accepted["number"] != number
    # Read it can be again. It waits for a key to the new keys, which Pavel, no owner, can't make.
    assert len(pavel.done("read", thread).rows) == 3
    held = pavel.json("send", thread, "Good to hear you")
    assert (held.code, held.error["code"]) == (1, "renewing")


def test_removed_member_is_out_with_everything_they_kept(
    talk: tuple[Terminal, str], terminal: Terminals
) -> None:
    pavel, thread = talk
    dina = terminal("dina")
    dina.done("remove", thread, "Pavel")
    dina.done("send", thread, "Without Pavel")
    for words in (("read", thread), ("send", thread, "Let me in"), ("fetch", thread, "1")):
        found = pavel.json(*words)
        assert (found.code, found.error["code"]) == (1, "not_found")
    assert pavel.done("list").data == []


def test_new_key_holds_nothing_for_the_removed(
    talk: tuple[Terminal, str], terminal: Terminals, scene: Scene
) -> None:
    """Even the whole database gives Pavel no wrap of the key that shut him out."""
    _pavel, thread = talk
    terminal("dina").done("remove", thread, "Pavel")
    with in_workspace(scene.workspace.id):
        newest = Epoch.objects.filter(thread_id=UUID(thread)).order_by("-number").first()
        assert newest is not None
        assert newest.number == 2
        wraps = Wrap.objects.filter(epoch=newest)
        assert [wrap.member_id for wrap in wraps] == [scene.people["dina"].id]
