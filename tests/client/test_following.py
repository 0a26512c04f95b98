"""Following a conversation live, by the socket and without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.client.conftest import Terminal
from tests.client.shell import following

Terminals = Callable[..., Terminal]


@pytest.mark.parametrize("way", [(), ("--poll",)], ids=["socket", "polling"])
def test_everything_arrives_once_and_removal_ends_it(
    terminal: Terminals, way: tuple[str, ...]
) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Live", "--with", "Pavel").data["id"]
    dina.done("send", thread, "before")
    with following(pavel.home, thread, *way) as live:
        assert live.next()["text"] == "before"
        for word in ("one", "two"):
            dina.done("send", thread, word)
            assert live.next()["text"] == word
        dina.done("react", thread, "2", "👍")
        act = live.next()
        assert (act["kind"], act["target"], act["detail"]) == ("reaction", 2, "👍")
        # A new key meanwhile, and what is said under it.
        dina.done("title", thread, "Live, second day")
        dina.done("edit", thread, "2", "one, corrected")
        act = live.next()
        assert (act["kind"], act["target"], act["detail"]) == ("edit", 2, "one, corrected")
        dina.done("remove", thread, "Pavel")
        assert live.ended() == 1
    assert [row["text"] for row in dina.done("read", thread).rows] == [
        "before",
        "one, corrected",
        "two",
    ]
