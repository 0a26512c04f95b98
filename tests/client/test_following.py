"""Following a conversation live, by the socket and without one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, cast
from uuid import UUID

import pytest

from comms.client import live
from comms.client.errors import UnreachableError
from comms.client.live import Event
from comms.client.remote import Remote
from comms.threads import messages
from comms.wire.cbor import encode
from comms.wire.transcript import Head
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


def test_alarm_ends_following(terminal: Terminals, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket that repeats under a new place what was there before."""
    dina = terminal("dina")
    thread = dina.done("new", "Live", "--with", "Pavel").data["id"]
    dina.done("send", thread, "once")

    def lying(connection: Any, *_more: Any, **_named: Any) -> Iterator[Event]:
        page = Remote(connection, "talks").page(UUID(thread))
        digest, raw = page.items[0]
        yield Event("ready", way="socket")
        yield Event("envelope", UUID(thread), Head(2, page.head.after(digest).t), raw, "socket")

    monkeypatch.setattr("comms.client.commands.following.listen", lying)
    found = dina.json("follow", thread)
    assert (found.code, found.error["code"]) == (5, "replay")
    assert [row["text"] for row in found.rows] == ["once"]


def test_pings_while_much_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server gives up whoever has said nothing for two minutes, however much it tells them."""
    clock = itertools.count(step=20)
    monkeypatch.setattr("comms.client.live.time.monotonic", lambda: float(next(clock)))

    class Busy:
        said: ClassVar[list[bytes]] = []

        def recv(self, timeout: float) -> bytes:
            return encode({0: messages.READY, 1: 1, 2: []})

        def send(self, data: bytes) -> None:
            self.said.append(data)

    heard = list(itertools.islice(live._heard(cast(Any, Busy())), 12))
    assert {event.kind for event in heard} == {"ready"}
    assert Busy.said[:2] == [encode({0: messages.PING, 1: 1})] * 2


def test_lost_answer_does_not_send_twice(
    terminal: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    dina = terminal("dina")
    thread = dina.done("new", "Lost answers", "--with", "Pavel").data["id"]
    honest = Remote.post
    lost: list[int] = []
    monkeypatch.setattr("comms.client.patience.WAITS", (0.0, 0.0))

    def lose(self: Remote, where: UUID, envelope: bytes) -> int:
        seq = honest(self, where, envelope)
        if len(lost) < 2:
            lost.append(seq)
            raise UnreachableError("The answer was lost.")
        return seq

    monkeypatch.setattr(Remote, "post", lose)
    dina.done("send", thread, "once")
    assert lost == [1, 1]
    lost.clear()

    def cut(self: Remote, where: UUID, envelope: bytes) -> int:
        raise UnreachableError("The line is cut.")

    monkeypatch.setattr(Remote, "post", cut)
    found = dina.json("send", thread, "perhaps")
    assert (found.code, found.error["code"]) == (4, "not_known")
    assert "waits on this computer" in found.error["sentence"]
    assert [row["text"] for row in dina.done("read", thread).rows] == ["once"]
