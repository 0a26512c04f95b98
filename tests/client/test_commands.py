"""What each command does for somebody whose server is honest."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from comms.client.http import Connection
from comms.client.store import Home
from comms.wire.cbor import decode
from tests.client.conftest import Terminal

Terminals = Callable[..., Terminal]


@pytest.fixture
def pair(terminal: Terminals) -> tuple[Terminal, Terminal, str]:
    """Dina, Pavel and a conversation that she owns, with one message of hers."""
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "Ceasefire", "--with", "Pavel").data["id"]
    dina.done("send", thread, "First")
    return dina, pavel, thread


def test_edits_reactions_pins_and_deletions_arrive(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = pair
    dina.done("edit", thread, "1", "First, corrected")
    pavel.done("react", thread, "#1", "👍")
    pavel.done("pin", thread, "1")
    (message,) = pavel.done("read", thread).rows
    assert (message["text"], message["edits"]) == ("First, corrected", ["First"])
    assert [len(people) for people in message["reactions"].values()] == [1]
    pavel.done("react", thread, "1", "👍", "--remove")
    assert dina.done("read", thread).rows[0]["reactions"] == {}
    dina.done("delete", thread, "1")
    (gone,) = pavel.done("read", thread).rows
    assert (gone["kind"], gone["text"]) == ("deleted", "")


def test_refuses_to_edit_or_delete_what_others_wrote(
    pair: tuple[Terminal, Terminal, str],
) -> None:
    _dina, pavel, thread = pair
    assert pavel.json("edit", thread, "1", "Mine now").code == 2
    assert pavel.json("delete", thread, "1").code == 2
    assert pavel.json("edit", thread, "99", "Nothing there").code == 2


def test_says_in_words_what_is_read(pair: tuple[Terminal, Terminal, str]) -> None:
    _dina, pavel, thread = pair
    listed = pavel.run("list").out
    assert thread in listed
    assert "Ceasefire" in listed
    assert "(1 unread)" in listed
    divider, *lines = pavel.run("read", "Ceasefire").out.splitlines()
    assert "new for you" in divider
    assert lines[0].startswith("#1  ")
    assert lines[0].endswith("Dina Diplomat")
    assert lines[1] == "    First"
    # Read now, and she sees it.
    assert "new for you" not in pavel.run("read", "Ceasefire").out
    assert "read by Pavel Analyst" in _dina.run("read", "Ceasefire").out


def test_what_others_wrote_does_not_reach_the_terminal_as_a_command(
    pair: tuple[Terminal, Terminal, str],
) -> None:
    dina, pavel, thread = pair
    dina.done("send", thread, "red \x1b[31m and \x9b31m and \u202egnp.exe")
    shown = pavel.run("read", thread).out
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)
    assert "red \ufffd[31m" in shown


def test_words_come_from_standard_input(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = pair
    dina.done("send", thread, "-", text="two\nlines\n")
    assert pavel.done("read", thread).rows[1]["text"] == "two\nlines"
    assert dina.json("send", thread, "-", text="\n").code == 2


def test_names_with_an_at_are_mentions(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = pair
    dina.done("send", thread, "See here, @Pavel Analyst")
    message = pavel.done("read", thread).rows[1]
    (mentioned,) = message["mentions"]
    names = {row["person"]: row["name"] for row in pavel.done("members", thread).data}
    assert names[mentioned] == "Pavel Analyst"


def test_reading_on_another_computer_shows_everything(
    pair: tuple[Terminal, Terminal, str], terminal: Terminals
) -> None:
    dina, _pavel, thread = pair
    for number in range(3):
        dina.done("send", thread, f"more {number}")
    fresh = terminal("dina", "two")
    texts = [row["text"] for row in fresh.done("read", thread, "--all").rows]
    assert texts == ["First", "more 0", "more 1", "more 2"]
    assert [row["text"] for row in fresh.done("read", thread, "--count", "2").rows] == texts[2:]


def test_members_come_and_go(pair: tuple[Terminal, Terminal, str], terminal: Terminals) -> None:
    dina, pavel, thread = pair
    edgar = terminal("edgar")
    assert edgar.done("list").data == []
    assert edgar.json("read", thread).code == 1
    dina.done("add", thread, "Edgar", "--role", "observer")
    assert [row["text"] for row in edgar.done("read", thread).rows] == ["First"]
    refused = edgar.json("send", thread, "May I?")
    assert (refused.code, refused.error["code"]) == (1, "observer")
    dina.done("role", thread, "Edgar", "member")
    edgar.done("send", thread, "Thank you")
    dina.done("title", thread, "Ceasefire, second round")
    assert pavel.done("list").data[0]["title"] == "Ceasefire, second round"
    dina.done("remove", thread, "Edgar")
    dina.done("send", thread, "Without Edgar")
    assert edgar.json("read", thread).code == 1
    assert [row["name"] for row in dina.done("members", thread).data if row["role"] == "owner"] == [
        "Dina Diplomat"
    ]


def test_joiner_from_now_on_reads_no_earlier_messages(
    pair: tuple[Terminal, Terminal, str], terminal: Terminals
) -> None:
    dina, _pavel, thread = pair
    edgar = terminal("edgar")
    dina.done("add", thread, "Edgar", "--from-now")
    dina.done("send", thread, "For all three")
    assert [row["text"] for row in edgar.done("read", thread).rows] == ["For all three"]


def test_leaving_holds_sending_until_a_key_without_the_leaver_is_there(
    pair: tuple[Terminal, Terminal, str],
) -> None:
    dina, pavel, thread = pair
    assert dina.json("leave", thread).code == 1  # the only owner
    pavel.done("leave", thread)
    assert pavel.json("read", thread).code == 1
    dina.done("send", thread, "Alone now")
    assert [row["name"] for row in dina.done("members", thread).data] == ["Dina Diplomat"]


def test_safety_numbers_are_the_same_on_both_sides(
    pair: tuple[Terminal, Terminal, str],
) -> None:
    dina, pavel, _thread = pair
    mine, theirs = dina.done("verify", "Pavel").data, pavel.done("verify", "Dina").data
    assert mine["number"] == theirs["number"]
    assert len(mine["number"]) == 60
    assert mine["state"] == "unverified"
    wrong = dina.json("verify", "Pavel", "--same", "0" * 60)
    assert (wrong.code, wrong.error["code"]) == (2, "numbers_differ")
    grouped = " ".join(mine["number"][at : at + 5] for at in range(0, 60, 5))
    assert dina.done("verify", "Pavel", "--same", grouped).data["state"] == "verified"
    assert dina.done("verify", "Pavel").data["state"] == "verified"
    assert dina.done("verify", "Pavel", "--undo").data["state"] == "unverified"


def test_log_is_read_and_everybody_is_in_it(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, _pavel, _thread = pair
    assert dina.done("log").data == {"good": True, "size": 3, "people": 3}
    assert "3 entries" in dina.run("log").out


def test_several_that_fit_are_asked_for_exactly(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, _pavel, thread = pair
    other = dina.done("new", "Ceasefire line", "--with", "Pavel").data["id"]
    assert dina.json("read", "cease").code == 2
    assert dina.done("read", "Ceasefire").rows[0]["text"] == "First"
    assert dina.done("read", other[:12]).rows == []
    assert dina.json("read", "Nothing like it").code == 2
    assert thread != other


def test_muting_is_kept_for_the_person(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = pair
    pavel.done("mute", thread)
    muted = "/api/v1/workspaces/talks/threads/muted"
    assert decode(_connection(pavel).send("GET", muted), limit=1024) == [UUID(thread).bytes]
    assert decode(_connection(dina).send("GET", muted), limit=1024) == []
    pavel.done("mute", thread, "--remove")
    assert decode(_connection(pavel).send("GET", muted), limit=1024) == []


def _connection(terminal: Terminal) -> Connection:
    kept = Home(terminal.home).session()
    assert kept is not None
    return Connection(kept.server, kept.cookies, kept.csrf)
