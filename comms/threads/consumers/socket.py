"""The socket of threads: one for each open page, for all threads of a member in one workspace."""

from __future__ import annotations

import asyncio
import time
import weakref
from typing import Any

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.threads import messages
from comms.threads.consumers.listening import (
    Listener,
    is_member,
    load_actor,
    note_look,
    session_lives,
)
from comms.threads.consumers.posting import Lanes
from comms.wire.errors import WireError

SIGNED_OUT = 4401
NOT_A_MEMBER = 4404
MALFORMED = 4400
IDLE = 4408

# A browser pings every 45 s; one that is silent for longer is gone.
SILENCE_SECONDS = 120
LOOK_AGAIN_SECONDS = 45
POSTS_AT_ONCE = 64
"""Of one socket, on their way into threads."""

log = structlog.get_logger(__name__)
_LANES: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Lanes] = weakref.WeakKeyDictionary()


def _lanes() -> Lanes:
    """Those of this process: it has one loop, the tests one for each."""
    return _LANES.setdefault(asyncio.get_running_loop(), Lanes())


class ThreadsConsumer(Listener, AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Sends what happens in the member's threads, from the moment it answers `ready`.

    The session and the membership are looked at when the socket opens, on every ping, and whenever
    accounts says that they changed; a socket without either is closed.
    """

    async def connect(self) -> None:
        self.silence: asyncio.TimerHandle | None = None
        self.room = asyncio.Semaphore(POSTS_AT_ONCE)
        self.tasks: set[asyncio.Task[None]] = set()
        self.looked_at = time.monotonic()
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        await self.join(accounts.session_group(self.scope["session"].session_key))
        self._wait()

    async def disconnect(self, _code: int) -> None:
        if self.silence is not None:
            self.silence.cancel()
        # What is being written is written; there is nobody to tell.
        for task in self.tasks:
            task.cancel()
        await self.leave_all()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if bytes_data is None or text_data is not None:
                raise WireError("malformed", "not bytes")
            message = messages.read_from_browser(bytes_data)
        except WireError:
            await self.close(MALFORMED)
            return
        self._wait()
        match message:
            case messages.Open(workspace) if self.actor is None:
                await self._open(workspace)
            case messages.Ping():
                if await self._still_allowed():
                    await self.send(bytes_data=messages.message(messages.PONG))
            case messages.Post():
                await self._post(message)

    async def _post(self, post: messages.Post) -> None:
        """Take an envelope, and go on listening while it is written."""
        # Somebody who posts all the time needs no ping to stay, so they are looked at as often.
        if self.actor is None or (self._is_due() and not await self._still_allowed()):
            return
        # A browser that sends faster than is written waits here.
        await self.room.acquire()
        task = asyncio.create_task(self._answer(self.actor, post))
        self.tasks.add(task)
        task.add_done_callback(self._answered)

    async def _answer(self, actor: Actor, post: messages.Post) -> None:
        row = await _lanes().post(actor, post.thread, post.raw)
        if row is None:
            await self.tell(messages.message(messages.DECLINED, post.ref))
        else:
            await self.tell(messages.message(messages.POSTED, post.ref, row.seq, bytes(row.t)))

    def _answered(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self.room.release()
        if not task.cancelled() and task.exception() is not None:
            # The socket has closed under it; the envelope is written, and the browser asks again.
            log.info("threads.answer_not_sent", error=type(task.exception()).__name__)

    async def _open(self, workspace: str) -> None:
        actor = await load_actor(self.scope["user"].id, workspace)
        if actor is None:
            await self.close(NOT_A_MEMBER)
            return
        await self.tell(messages.ready(await self.listen(actor)))

    async def tell(self, data: bytes) -> None:
        await self.send(bytes_data=data)

    def _is_due(self) -> bool:
        return time.monotonic() - self.looked_at > LOOK_AGAIN_SECONDS

    async def _still_allowed(self) -> bool:
        self.looked_at = time.monotonic()
        if not await session_lives(self.scope["session"].session_key):
            await self.close(SIGNED_OUT)
            return False
        if self.actor is None or not await is_member(self.actor):
            await self.close(NOT_A_MEMBER)
            return False
        await note_look(self.actor)
        return True

    def _wait(self) -> None:
        if self.silence is not None:
            self.silence.cancel()
        loop = asyncio.get_running_loop()
        self.silence = loop.call_later(SILENCE_SECONDS, lambda: loop.create_task(self.close(IDLE)))

    async def membership_changed(self, _event: dict[str, Any]) -> None:
        if self.actor is not None and not await is_member(self.actor):
            await self.close(NOT_A_MEMBER)

    async def session_revoked(self, _event: dict[str, Any]) -> None:
        await self.close(SIGNED_OUT)
