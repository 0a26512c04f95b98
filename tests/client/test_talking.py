"""From signing in to a message that somebody else reads."""

from __future__ import annotations

from collections.abc import Callable

from tests.client.conftest import Terminal


def test_two_people_talk(terminal: Callable[..., Terminal]) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Ceasefire", "--with", "Pavel").data["id"]
    assert dina.done("send", thread, "Good morning, **Pavel**").data["seq"] == 1
    (listed,) = pavel.done("list").data
    assert (listed["id"], listed["title"], listed["unread"]) == (thread, "Ceasefire", 1)
    (message,) = pavel.done("read", thread).rows
    assert (message["text"], message["name"]) == ("Good morning, **Pavel**", "Dina Diplomat")
    assert pavel.done("list").data[0]["unread"] == 0
    pavel.done("send", "ceasefire", "صباح الخير", "--reply", "1")
    answer = dina.done("read", "Ceasefire").rows[1]
    assert (answer["text"], answer["reply_to"]) == ("صباح الخير", 1)
