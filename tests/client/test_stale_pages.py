"""What is done from a page that has not seen the newest yet is done all the same. The soak found these."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from comms.client import membership
from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import ClientError, Trouble
from comms.client.store import Home
from comms.wire.bodies import TextBody
from comms.wire.roster import Role, find
from tests.client.conftest import Scene, Terminal, new_keys
from tests.threads.world import World

Terminals = Callable[..., Terminal]


def opened(terminal: Terminal, thread: str) -> Conversation:
    return App(Home(terminal.home)).conversation(thread)


def test_removes_somebody_whom_this_page_does_not_know_yet(
    terminal: Terminals, scene: Scene
) -> None:
    dina, edgar = terminal("dina"), scene.people["edgar"].id
    thread = dina.done("new", "Two pages", "--with", "Pavel").data["id"]
    stale = opened(dina, thread)
    dina.done("add", thread, "Edgar")
    membership.remove_member(stale, edgar)
    assert find(opened(dina, thread).roster, edgar) is None


def test_brings_back_somebody_who_left_a_moment_ago(terminal: Terminals, scene: Scene) -> None:
    dina, pavel = terminal("dina"), scene.people["pavel"].id
    thread = dina.done("new", "Back again", "--with", "Pavel").data["id"]
    stale = opened(dina, thread)
    terminal("pavel").done("leave", thread)
    membership.add_members(stale, [pavel], Role.MEMBER, everything=True)
    assert find(stale.roster, pavel) is not None
    assert opened(terminal("pavel"), thread).thread == UUID(thread)


def test_an_owner_whose_page_does_not_know_it_yet_is_one(terminal: Terminals, scene: Scene) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Handed over", "--with", "Pavel").data["id"]
    stale = opened(pavel, thread)
    dina.done("role", thread, "Pavel", "owner")
    # Of what this page knows, no owner would be left.
    membership.remove_member(stale, scene.people["dina"].id)
    assert [row.member for row in stale.roster] == [scene.people["pavel"].id]


def test_keys_of_earlier_messages_that_come_later_open_them(
    terminal: Terminals, scene: Scene
) -> None:
    dina, edgar = terminal("dina"), scene.people["edgar"].id
    thread = dina.done("new", "History", "--with", "Pavel").data["id"]
    dina.done("send", thread, "from before")
    dina.done("add", thread, "Edgar", "--from-now")
    page = opened(terminal("edgar"), thread)
    assert not [item for item in page.talk.items if item.text]
    membership.grant_history(opened(dina, thread), edgar)
    # As after a tunnel: no event has told it.
    page.come_back()
    page.reach(lambda: False)
    assert [item.text for item in page.talk.items] == ["from before"]


def texts(page: Conversation) -> list[str]:
    return [item.text for item in page.talk.items]


def test_an_owners_page_sends_under_the_new_keys_of_the_others(
    terminal: Terminals, scene: Scene
) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "New keys", "--with", "Pavel").data["id"]
    stale = opened(dina, thread)
    before = find(stale.roster, scene.people["pavel"].id)
    new_keys(pavel)
    stale.send(TextBody("for the new ones alone"))
    row = find(stale.roster, scene.people["pavel"].id)
    assert before is not None
    assert row is not None
    assert row.fingerprint != before.fingerprint
    assert stale.epochs.newest.record.tbs.number == 2
    assert texts(opened(pavel, thread)) == ["for the new ones alone"]


def test_a_members_page_waits_for_whoever_may_make_the_key(
    terminal: Terminals, scene: Scene
) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "An owner's keys", "--with", "Pavel").data["id"]
    stale = opened(pavel, thread)
    new_keys(dina)
    with pytest.raises(ClientError) as refused:
        stale.send(TextBody("too early"))
    assert refused.value.code == "renewing"
    opened(dina, thread).rotation.renew()
    stale.send(TextBody("now"))
    assert texts(opened(dina, thread)) == ["now"]


def test_keys_that_do_not_follow_stop_a_page_that_was_open(
    terminal: Terminals, scene: Scene
) -> None:
    dina, pavel = terminal("dina"), scene.people["pavel"]
    thread = dina.done("new", "Started over", "--with", "Pavel").data["id"]
    stale = opened(dina, thread)
    World(scene.workspace).replace(pavel, lost=True)
    with pytest.raises(Trouble) as alarm:
        stale.send(TextBody("to whom?"))
    assert (alarm.value.kind, alarm.value.person) == ("changed-keys", pavel.id)
    assert len(stale.epochs.all) == 1


def test_another_run_on_the_same_computer_goes_on_with_the_new_keys(terminal: Terminals) -> None:
    dina = terminal("dina")
    thread = dina.done("new", "Two runs", "--with", "Pavel").data["id"]
    stale = opened(dina, thread)
    new_keys(dina)
    stale.send(TextBody("under my new keys"))
    assert texts(opened(terminal("pavel"), thread)) == ["under my new keys"]
