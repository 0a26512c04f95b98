"""The socket of threads: one for each open page, for all threads of a member in one workspace."""

from __future__ import annotations

import asyncio
import time
import weakref
from typing import Any

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.threads import messages
from comms.threads.consumers.base import (
    MALFORMED,
    NOT_A_MEMBER,
    RENEWED,
    SIGNED_OUT,
    SocketConsumer,
)
from comms.threads.consumers.listening import (
    is_member,
    load_actor,
    note_look,
    session_lives,
)
from comms.threads.consumers.posting import Lanes
from comms.wire.errors import WireError

LOOK_AGAIN_SECONDS = 45
POSTS_AT_ONCE = 64
"""Of one socket, on their way into threads."""

_LANES: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Lanes] = weakref.WeakKeyDictionary()


def _lanes() -> Lanes:
    """Those of this process: it has one loop, the tests one for each."""
    return _LANES.setdefault(asyncio.get_running_loop(), Lanes())


class ThreadsConsumer(SocketConsumer):
    """Sends what happens in the member's threads, from the moment it answers `ready`.

    The session and the membership are looked at when the socket opens, on every ping, and whenever
    accounts says that they changed; a socket without either is closed.
    """

    async def connect(self) -> None:
        self.room = asyncio.Semaphore(POSTS_AT_ONCE)
        self.looked_at = time.monotonic()
        await super().connect()
        user = self.scope["user"]
        if not user.is_authenticated:
            self.end(SIGNED_OUT)
            return
        await self.join(accounts.session_group(self.scope["session"].session_key))
        self.wait()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.ended:
            return
        try:
            if bytes_data is None or text_data is not None:
                raise WireError("malformed", "not bytes")
            message = messages.read_from_browser(bytes_data)
        except WireError:
            self.end(MALFORMED)
            return
        self.wait()
        match message:
            case messages.Open(workspace) if self.actor is None:
                await self._open(workspace)
            case messages.Ping():
                if await self._still_allowed():
                    await self.tell_what_was_lost()
                    await self.tell(messages.message(messages.PONG))
            case messages.Post():
                await self._post(message)

    async def _post(self, post: messages.Post) -> None:
        """Take an envelope, and go on listening while it is written."""
        # Somebody who posts all the time needs no ping to stay, so they are looked at as often.
        if self.actor is None or (self._is_due() and not await self._still_allowed()):
            return
        # A browser that sends faster than is written waits here.
        await self.room.acquire()
        self.start(self._answer(self.actor, post)).add_done_callback(self._answered)

    async def _answer(self, actor: Actor, post: messages.Post) -> None:
        row = await _lanes().post(actor, post.thread, post.raw)
        if row is None:
            await self.tell(messages.message(messages.DECLINED, post.ref))
        else:
            await self.tell(messages.message(messages.POSTED, post.ref, row.seq, bytes(row.t)))

    def _answered(self, _task: asyncio.Task[None]) -> None:
        # Where the socket has closed meanwhile, the envelope is written, and the browser asks again.
        self.room.release()

    async def _open(self, workspace: str) -> None:
        if not await self._is_signed_in():
            self.end(SIGNED_OUT)
            return
        actor = await load_actor(self.scope["user"].id, workspace)
        if actor is None:
            self.end(NOT_A_MEMBER)
            return
        await self.tell(messages.ready(await self.listen(actor)))

    def _is_due(self) -> bool:
        return time.monotonic() - self.looked_at > LOOK_AGAIN_SECONDS

    async def _still_allowed(self) -> bool:
        self.looked_at = time.monotonic()
        if not await self._is_signed_in():
            self.end(SIGNED_OUT)
            return False
        if self.actor is None or not await is_member(self.actor):
            self.end(NOT_A_MEMBER)
            return False
        await note_look(self.actor)
        return True

    async def _is_signed_in(self) -> bool:
        """Not ended, and not for longer than allowed: a socket passes no middleware once it is open."""
        lives: bool = await session_lives(self.scope["session"].session_key, self.scope["user"].id)
        return lives

    async def membership_changed(self, _event: dict[str, Any]) -> None:
        if self.actor is not None and not await is_member(self.actor):
            self.end(NOT_A_MEMBER)

    async def session_renewed(self, _event: dict[str, Any]) -> None:
        self.end(RENEWED)

    async def session_revoked(self, _event: dict[str, Any]) -> None:
        self.end(SIGNED_OUT)
