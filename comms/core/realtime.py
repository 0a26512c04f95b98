"""Live events to open browsers, sent on commit and in order.

`async_to_sync(group_send)` opened one connection per send from WSGI threads (3.6 ms); one background
loop for each process keeps its connections (0.26 ms). It sends one event after the other: two at once
could overtake each other, and a browser would take the gap for a loss.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Mapping

import structlog
from channels.layers import get_channel_layer
from django.db import transaction

log = structlog.get_logger(__name__)

SEND_SECONDS = 5.0
WAITING_EVENTS = 10_000

_Event = tuple[str, dict[str, object]]


def broadcast(group: str, event: Mapping[str, object]) -> None:
    """Send `event` (its `type` names the consumer's method) to `group` once the transaction commits.

    Events of one process arrive in the order of their commits. What is not ciphertext travels as ids and
    is loaded again by the consumer, which checks access again. A lost event is made good by the reader's
    catch-up, so sending never fails the request.
    """
    message = dict(event)
    transaction.on_commit(lambda: _send(group, message))


def _send(group: str, message: dict[str, object]) -> None:
    _sender_of_this_process().put((group, message))


class _Sender:
    """A loop in a thread of its own that empties a queue of events."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._waiting: asyncio.Queue[_Event] = asyncio.Queue(WAITING_EVENTS)
        threading.Thread(target=self._run, name="realtime", daemon=True).start()

    def put(self, event: _Event) -> None:
        """Take an event over; may be called from any thread."""
        self._loop.call_soon_threadsafe(self._take, event)

    def _take(self, event: _Event) -> None:
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            log.warning("realtime.not_sent", error="QueueFull")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._empty())

    async def _empty(self) -> None:
        while True:
            group, message = await self._waiting.get()
            try:
                layer = get_channel_layer()
                if layer is not None:
                    async with asyncio.timeout(SEND_SECONDS):
                        await layer.group_send(group, message)
            except Exception as error:  # whatever it was, the next event gets its chance
                log.warning("realtime.not_sent", error=type(error).__name__)


_lock = threading.Lock()
_sender: _Sender | None = None


def _sender_of_this_process() -> _Sender:
    global _sender
    with _lock:
        # A forked worker has the object but not the thread.
        if _sender is None or _sender.pid != os.getpid():
            _sender = _Sender()
        return _sender
