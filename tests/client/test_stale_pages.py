"""What is done from a page that has not seen the newest yet is done all the same. The soak found these."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from comms.client import membership
from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.store import Home
from comms.wire.roster import Role, find
from tests.client.conftest import Scene, Terminal

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
    page.reopen()
    page.reach(lambda: False)
    assert [item.text for item in page.talk.items] == ["from before"]
