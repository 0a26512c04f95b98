"""The socket of threads: one for each open page, for all threads of a member in one workspace."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from comms.accounts import selectors as accounts
from comms.threads import messages
from comms.threads.consumers.listening import (
    Listener,
    is_member,
    load_actor,
    note_look,
    session_lives,
)
from comms.wire.errors import WireError

SIGNED_OUT = 4401
NOT_A_MEMBER = 4404
MALFORMED = 4400
IDLE = 4408

# A browser pings every 45 s; one that is silent for longer is gone.
SILENCE_SECONDS = 120


class ThreadsConsumer(Listener, AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Sends what happens in the member's threads, from the moment it answers `ready`.

    The session and the membership are looked at when the socket opens, on every ping, and whenever
    accounts says that they changed; a socket without either is closed.
    """

    async def connect(self) -> None:
        self.silence: asyncio.TimerHandle | None = None
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
        await self.leave_all()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if bytes_data is None or text_data is not None:
                raise WireError("malformed", "not bytes")
            kind, workspace = messages.read_from_browser(bytes_data)
        except WireError:
            await self.close(MALFORMED)
            return
        self._wait()
        if kind == messages.OPEN and self.actor is None:
            await self._open(workspace)
        elif kind == messages.PING and await self._still_allowed():
            await self.send(bytes_data=messages.message(messages.PONG))

    async def _open(self, workspace: str) -> None:
        actor = await load_actor(self.scope["user"].id, workspace)
        if actor is None:
            await self.close(NOT_A_MEMBER)
            return
        await self.tell(messages.ready(await self.listen(actor)))

    async def tell(self, data: bytes) -> None:
        await self.send(bytes_data=data)

    async def _still_allowed(self) -> bool:
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
