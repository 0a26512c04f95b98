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
from tests.client.conftest import Scene, Terminal
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
