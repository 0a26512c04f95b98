"""A page that takes nothing holds nothing up: what waits for it is bounded, and its end doesn't wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from channels.layers import get_channel_layer

from comms.accounts.selectors import session_group
from comms.core.realtime import broadcast
from comms.threads.consumers import TOO_SLOW, base, outgoing
from comms.threads.consumers.outgoing import Outgoing
from tests.threads.test_socket import Scene, Socket, scene, talk

pytestmark = pytest.mark.usefixtures("committed")
__all__ = ["scene"]


class Page:
    """Takes so many messages, then none any more; `fails` breaks the connection instead."""

    def __init__(self, takes: int = 0, *, fails: bool = False) -> None:
        self.takes = takes
        self.fails = fails
        self.taken: list[bytes] = []
        self.said: list[str] = []

    async def send(self, data: bytes) -> None:
        if len(self.taken) >= self.takes:
            if self.fails:
                raise ConnectionResetError
            await asyncio.Event().wait()
        self.taken.append(data)

    def use(self, story: Callable[[Outgoing], Awaitable[None]]) -> None:
        async def run() -> None:
            await story(
                Outgoing(
                    self.send,
                    slow=lambda: self.said.append("slow"),
                    lost=lambda _error: self.said.append("lost"),
                )
            )

        asyncio.run(run())


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 -- what is waited for sets no event
            await asyncio.sleep(0.005)


def test_what_is_taken_is_sent_in_order() -> None:
    page = Page(takes=100)

    async def story(out: Outgoing) -> None:
        for number in range(100):
            out.put(bytes([number]))
        await until(lambda: out.waiting == 0)

    page.use(story)
    assert page.taken == [bytes([number]) for number in range(100)]
    assert page.said == []


def test_too_many_bytes_give_the_page_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "WAITING_BYTES", 1_000)
    page = Page(takes=1)

    async def story(out: Outgoing) -> None:
        for _number in range(50):
            out.put(bytes(100))
            await asyncio.sleep(0)
            assert out.waiting <= 1_000

    page.use(story)
    assert page.said == ["slow"]
    assert len(page.taken) == 1


def test_too_many_messages_give_the_page_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "WAITING_MESSAGES", 10)
    page = Page()

    async def story(out: Outgoing) -> None:
        for _number in range(12):
            out.put(b"")

    page.use(story)
    assert page.said == ["slow"]


def test_one_message_may_be_larger_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "WAITING_BYTES", 1_000)
    page = Page(takes=1)

    async def story(out: Outgoing) -> None:
        out.put(bytes(5_000))
        await until(lambda: out.waiting == 0)

    page.use(story)
    assert (page.said, len(page.taken)) == ([], 1)


def test_a_message_that_waits_too_long_gives_the_page_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "SEND_SECONDS", 0.02)
    page = Page(takes=1)

    async def story(out: Outgoing) -> None:
        out.put(b"taken")
        out.put(b"not taken")
        await until(lambda: bool(page.said))
        out.put(b"too late")
        assert out.waiting == 0

    page.use(story)
    assert (page.said, page.taken) == (["slow"], [b"taken"])


def test_a_connection_that_breaks_is_said_to_be_lost() -> None:
    page = Page(takes=1, fails=True)

    async def story(out: Outgoing) -> None:
        out.put(b"taken")
        out.put(b"not taken")
        await until(lambda: bool(page.said))

    page.use(story)
    assert page.said == ["lost"]


def test_slow_page_is_closed_with_its_own_code(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()
        monkeypatch.setattr(outgoing, "WAITING_MESSAGES", 0)
        place = {"thread": scene.thread.id.bytes, "seq": 2}
        event = {"type": "thread.envelopes", **place, "told": [b"1", b"2"]}
        await socket.do(lambda: broadcast(f"thread.{scene.thread.id}", event))
        await socket.is_closed_with(TOO_SLOW)

    talk(scene, story)


def test_who_does_not_take_the_end_either_is_cut_off(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the session is ended: nothing goes on listening for a page that is gone."""
    monkeypatch.setattr(base, "CLOSE_SECONDS", 0.02)

    async def run() -> None:
        socket = Socket(scene, scene.dina)
        await socket.connect()
        await socket.open()
        # From here on the page takes nothing.
        socket.inner.output_queue.put_nowait({})
        socket.inner.output_queue._maxsize = 1
        group = session_group(str(socket.session.session_key))
        await socket.do(lambda: broadcast(group, {"type": "session.revoked"}))
        await asyncio.wait_for(asyncio.shield(socket.inner.future), 5)
        layer = get_channel_layer()
        assert (layer.channels, layer.groups) == ({}, {})
        await socket.inner.wait()

    asyncio.run(run())
