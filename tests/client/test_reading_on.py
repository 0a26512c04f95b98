"""Ranges, days, what is new, what was edited, what is pinned, drafts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from comms.client import saying
from tests.client.conftest import Terminal

Terminals = Callable[..., Terminal]
DAY = 24 * 3_600_000
NOON = 1_795_000_000_000
"""18 November 2026."""


@pytest.fixture
def talk(terminal: Terminals, monkeypatch: pytest.MonkeyPatch) -> tuple[Terminal, Terminal, str]:
    """Four messages of Dina's, one a day, that Pavel has not read."""
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Four days", "--with", "Pavel").data["id"]
    for day in range(4):
        monkeypatch.setattr(saying, "now", lambda day=day: NOON + day * DAY)
        dina.done("send", thread, f"day {day}")
    monkeypatch.undo()
    return dina, pavel, thread


def texts(terminal: Terminal, *words: str) -> list[str]:
    return [row["text"] for row in terminal.done("read", *words).rows]


def test_reads_from_a_place_or_a_day_on(talk: tuple[Terminal, Terminal, str]) -> None:
    _dina, pavel, thread = talk
    assert texts(pavel, thread, "--before", "3") == ["day 0", "day 1"]
    assert texts(pavel, thread, "--after", "2", "--count", "1") == ["day 2"]
    # Not everything that is new was shown yet.
    assert pavel.done("list").data[0]["unread"] == 4
    assert texts(pavel, thread, "--date", "2026-11-20", "--count", "1") == ["day 2"]
    assert texts(pavel, thread, "--date", "2027-01-01") == []
    assert pavel.json("read", thread, "--date", "tomorrow").code == 2
    assert [row["unread"] for row in pavel.done("read", thread, "--unread").rows] == [True] * 4
    assert texts(pavel, thread, "--unread") == []
    assert pavel.done("list").data[0]["unread"] == 0


def test_shows_what_a_message_said_before(talk: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = talk
    dina.done("edit", thread, "1", "day zero")
    dina.done("edit", thread, "1", "day nought")
    found = pavel.done("versions", thread, "1").data
    assert [row["text"] for row in found] == ["day 0", "day zero", "day nought"]
    assert [row["seq"] for row in found] == [1, 5, 6]
    assert "(now)" in pavel.run("versions", thread, "1").out
    assert pavel.done("versions", thread, "2").data == []


def test_lists_what_is_pinned(talk: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = talk
    dina.done("pin", thread, "2")
    dina.done("title", thread, "Under another key")
    dina.done("pin", thread, "4")
    assert [row["text"] for row in pavel.done("pins", thread).rows] == ["day 1", "day 3"]


def test_draft_follows_and_nothing_of_it_is_overwritten(
    talk: tuple[Terminal, Terminal, str], terminal: Terminals
) -> None:
    dina, pavel, thread = talk
    other = terminal("dina", "two")
    dina.done("draft", thread, "We propose", "--reply", "2")
    dina.done("draft", thread, "We propose a pause", "--reply", "2")
    shown = other.done("draft", thread).data
    assert (shown["text"], shown["reply_to"]) == ("We propose a pause", 2)
    assert other.done("list").data[0]["draft"] is True
    other.done("draft", thread, "We ask for a pause")
    refused = dina.json("draft", thread, "We demand")
    assert (refused.code, refused.error["code"]) == (1, "overtaken")
    assert "We ask for a pause" in dina.run("draft", thread, "We demand").err
    assert "We ask for a pause" in dina.run("read", thread).out
    # Shown now, so it may be replaced.
    dina.done("draft", thread, "We demand", "--reply", "2")
    dina.done("draft", thread, "--send")
    assert other.done("draft", thread).data["text"] == ""
    message = pavel.done("read", thread).rows[-1]
    assert (message["text"], message["reply_to"]) == ("We demand", 2)
    assert dina.json("draft", thread, "--send").code == 2
    # Nobody but her has it.
    dina.done("draft", thread, "Mine")
    assert pavel.done("draft", thread).data["text"] == ""
    dina.done("draft", thread, "--clear")
    assert other.done("list").data[0]["draft"] is False
