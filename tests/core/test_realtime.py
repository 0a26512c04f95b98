"""Live events: only on commit, to the group and nobody else, and never a reason for a request to fail."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import close_old_connections, connections, transaction

from comms.core import realtime
from comms.core.realtime import broadcast

pytestmark = pytest.mark.usefixtures("committed")


def received(act: Callable[[], None], *, group: str = "tests.room") -> list[dict[str, Any]]:
    """What a consumer in `group` gets while `act` runs, up to the event `done`."""

    async def listen() -> list[dict[str, Any]]:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        await sync_to_async(_with_own_connections)(act)
        got: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while not got or got[-1]["type"] != "tests.done":
                got.append(await layer.receive(channel))
        await layer.group_discard(group, channel)
        return got[:-1]

    return asyncio.run(listen())


def _with_own_connections(act: Callable[[], None]) -> None:
    try:
        act()
    finally:
        connections.close_all()


def done() -> None:
    broadcast("tests.room", {"type": "tests.done"})


def test_sends_on_commit() -> None:
    def act() -> None:
        with transaction.atomic():
            broadcast("tests.room", {"type": "tests.happened", "number": 1})
        done()

    assert received(act) == [{"type": "tests.happened", "number": 1}]


def test_sends_in_the_order_of_commits() -> None:
    def act() -> None:
        for number in range(200):
            broadcast("tests.room", {"type": "tests.happened", "number": number})
        done()

    assert [event["number"] for event in received(act)] == list(range(200))


def test_sends_nothing_that_was_rolled_back() -> None:
    def act() -> None:
        with transaction.atomic():
            broadcast("tests.room", {"type": "tests.happened"})
            transaction.set_rollback(True)
        done()

    assert received(act) == []


def test_sends_nothing_to_another_group() -> None:
    def act() -> None:
        broadcast("tests.other", {"type": "tests.happened"})
        done()

    assert received(act) == []


def test_keeps_the_event_as_it_was() -> None:
    def act() -> None:
        event = {"type": "tests.happened", "number": 1}
        with transaction.atomic():
            broadcast("tests.room", event)
            event["number"] = 2
        done()

    assert received(act) == [{"type": "tests.happened", "number": 1}]


def test_request_succeeds_while_valkey_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[Any] = []
    monkeypatch.setattr(
        realtime,
        "get_channel_layer",
        lambda: RedisPubSubChannelLayer(hosts=["redis://127.0.0.1:1/0"]),
    )
    finished = threading.Event()

    def note(name: str, **words: Any) -> None:
        noted.append((name, words))
        finished.set()

    monkeypatch.setattr(realtime.log, "warning", note)
    with transaction.atomic():
        broadcast("tests.room", {"type": "tests.happened"})
    assert finished.wait(10)
    assert noted[0][0] == "realtime.not_sent"
    close_old_connections()
