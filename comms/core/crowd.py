"""Requests that many send at the same moment, handled as one: a group commit at the door.

The first few of a second go the ordinary way. Beyond that, what is waiting is handed over together, in one thread, to
a function that takes what it can. Whoever was taken gets the answer that the ordinary way gives, learned from one of
those; everyone else goes the ordinary way, which alone says what is wrong. So nothing is refused here, nobody alone
waits for anybody, and the more come at once, the less each costs.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

import structlog
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest

from comms.core.rush import FRESH, KEPT, SECONDS, Answer, Message, Scope, Send, name_of, shared_by

log = structlog.get_logger(__name__)

_App = Callable[[Scope, BinaryIO, int, Send], Awaitable[None]]
Take = Callable[[Sequence[tuple[HttpRequest, bytes]]], Sequence[bool]]

MOST = 64
"""Handed over at once."""
MOST_BYTES = 1024 * 1024
"""Of a body that waits here; longer ones go the ordinary way."""
_READS = (b"content-type",)


@dataclass(slots=True)
class _Kind:
    """Requests that are answered alike."""

    since: float = float("-inf")
    asked: int = 0
    answer: Answer | None = None
    """What the ordinary way answers to one that it takes."""


@dataclass(slots=True)
class _Waiting:
    request: HttpRequest
    body: bytes
    taken: asyncio.Future[bool] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Crowd:
    """Passes requests on to `app`, as `BodyGate` does; POSTs to what `is_meant` names go to `take` when many come.

    `take` runs in one thread, gets at most `MOST`, and says of each whether it was done. Whatever it raises means
    that none was.
    """

    def __init__(self, app: _App, *, is_meant: Callable[[str], bool], take: Take) -> None:
        self.app = app
        self.is_meant = is_meant
        self.take = take
        self._kinds: OrderedDict[Hashable, _Kind] = OrderedDict()
        self._queue: list[_Waiting] = []
        self._work: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="crowd")

    async def __call__(self, scope: Scope, body: BinaryIO, size: int, send: Send) -> None:
        key = None
        if scope["method"] == "POST" and size <= MOST_BYTES and self.is_meant(scope["path"]):
            key = shared_by(scope, also=_READS)
        if key is None:
            await self.app(scope, body, size, send)
            return
        kind = self._kind(key)
        kind.asked += 1
        if kind.asked <= FRESH or kind.answer is None:
            await self._alone(kind, scope, body, size, send)
            return
        waiting = _Waiting(ASGIRequest(scope, BytesIO()), body.read())
        self._queue.append(waiting)
        if self._work is None:
            self._work = asyncio.create_task(self._empty())
        if await waiting.taken:
            await kind.answer.repeat(send, name_of(scope))
        else:
            body.seek(0)
            await self.app(scope, body, size, send)

    def _kind(self, key: Hashable) -> _Kind:
        now = asyncio.get_running_loop().time()
        found = self._kinds.setdefault(key, _Kind())
        self._kinds.move_to_end(key)
        while len(self._kinds) > KEPT:
            self._kinds.popitem(last=False)
        if now - found.since >= SECONDS:
            found.since, found.asked = now, 0
        return found

    async def _alone(
        self, kind: _Kind, scope: Scope, body: BinaryIO, size: int, send: Send
    ) -> None:
        """The ordinary way, and a look at what it answers."""
        answer = Answer()

        async def note_and_send(message: Message) -> None:
            answer.take(message)
            await send(message)

        await self.app(scope, body, size, note_and_send)
        if answer.is_for_all(201):
            kind.answer = answer

    async def _empty(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                batch, self._queue = self._queue[:MOST], self._queue[MOST:]
                taken = await loop.run_in_executor(self._pool, self._take, batch)
                for waiting, is_taken in zip(batch, taken, strict=True):
                    if not waiting.taken.done():
                        waiting.taken.set_result(is_taken)
        finally:
            self._work = None

    def _take(self, batch: Sequence[_Waiting]) -> Sequence[bool]:
        # As a request begins and ends: a connection that is lost or too old is opened anew.
        close_old_connections()
        try:
            taken = list(self.take([(waiting.request, waiting.body) for waiting in batch]))
            if len(taken) != len(batch):
                raise ValueError("not one result for each")
        except Exception as error:
            # Whatever it was: each goes the ordinary way, which fails in its own words.
            log.warning("crowd.not_taken", error=type(error).__name__)
            return [False] * len(batch)
        else:
            return taken
        finally:
            close_old_connections()
