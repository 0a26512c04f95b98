"""A conversation whose last owner is lost goes on in another one, which names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from comms.accounts import services as accounts
from comms.accounts.models import Membership
from comms.accounts.services.people import save_entry
from comms.core.actors import Role
from comms.core.tenancy import in_workspace
from comms.threads.models import Epoch
from comms.wire import epochs, identity
from comms.wire.keys import IdentitySeeds
from tests import factories
from tests.client.conftest import Scene, Terminal

Terminals = Callable[..., Terminal]


def records(scene: Scene, thread: str) -> list[epochs.EpochRecord]:
    with in_workspace(scene.workspace.id):
        rows = Epoch.objects.filter(thread_id=thread).order_by("number")
        return [epochs.read_record(bytes(row.record)) for row in rows]


def remove(scene: Scene, name: str) -> None:
    """From the workspace, by somebody who administers it."""
    admin = factories.make_member(scene.workspace, "ada@example.org", "Ada Admin", Role.ADMIN)
    place = Membership.objects.get(workspace=scene.workspace, user=scene.people[name])
    accounts.remove_member(actor=factories.actor_of(admin, scene.workspace), membership_id=place.id)


def roles(terminal: Terminal, thread: str) -> dict[str, str]:
    rows: list[dict[str, Any]] = terminal.done("members", thread).data
    return {row["name"].split()[0]: row["role"] for row in rows}


def test_goes_on_without_the_owner_who_was_removed(scene: Scene, terminal: Terminals) -> None:
    dina, pavel, edgar = terminal("dina"), terminal("pavel"), terminal("edgar")
    thread = dina.done("new", "Ceasefire", "--with", "Pavel", "--observer", "Edgar").data["id"]
    dina.done("send", thread, "Good morning")
    refused = pavel.json("continue", thread)
    assert (refused.code, refused.error["code"]) == (1, "owned")
    remove(scene, "dina")
    assert pavel.json("send", thread, "Anybody?").error["code"] == "renewing"
    refused = edgar.json("continue", thread)
    assert (refused.code, refused.error["code"]) == (1, "observer")

    begun = pavel.done("continue", thread).data
    assert begun["continues"] == thread
    (first,) = records(scene, begun["id"])
    assert first.tbs.continues is not None
    assert str(first.tbs.continues[0]) == thread
    assert first.tbs.continues[1] == records(scene, thread)[-1].hash
    assert roles(pavel, begun["id"]) == {"Pavel": "owner", "Edgar": "observer"}
    pavel.done("send", begun["id"], "We go on here")
    assert [row["text"] for row in edgar.done("read", begun["id"]).rows] == ["We go on here"]
    assert {row["title"] for row in edgar.done("list").data} == {"Ceasefire"}
    # What was said before stays where it was.
    assert [row["text"] for row in pavel.done("read", thread).rows] == ["Good morning"]


def test_owner_who_started_over_is_an_owner_again(scene: Scene, terminal: Terminals) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Ceasefire", "--with", "Pavel").data["id"]
    pavel.done("read", thread)
    before = identity.read_entry(bytes(scene.people["dina"].identity_entries.get().entry))
    raw = identity.make_entry(
        user=scene.people["dina"].id,
        made_at=before.made_at,
        seeds=IdentitySeeds.generate(),
        after=before,
    )
    save_entry(identity.read_entry(raw))
    assert pavel.json("continue", thread).error["code"] == "changed-keys"
    pavel.done("verify", "Dina", "--accept")
    begun = pavel.done("continue", thread).data["id"]
    assert roles(pavel, begun) == {"Pavel": "owner", "Dina": "owner"}
    rows = {row.member: row for row in records(scene, begun)[0].tbs.roster}
    newest = identity.read_entry(raw).keys.fingerprint
    assert rows[scene.people["dina"].id].fingerprint == newest
