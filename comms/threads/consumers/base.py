"""What the sockets of members and of guests have in common: how they send, fall silent and end."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer

from comms.threads.consumers.listening import Listener
from comms.threads.consumers.outgoing import Outgoing

SIGNED_OUT = 4401
NOT_A_MEMBER = 4404
RENEWED = 4409
"""The session has another key: the page opens again, with the cookie that it gets at this moment."""
MALFORMED = 4400
IDLE = 4408
TOO_SLOW = 4429

# A browser pings every 45 s; one that is silent for longer is gone.
SILENCE_SECONDS = 120
CLOSE_SECONDS = 5.0
"""For the closing frame to be taken; afterwards the connection is dropped."""

log = structlog.get_logger(__name__)


class SocketConsumer(Listener, AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """A socket whose reader can hold nothing up: neither events nor its own end."""

    ended = False
    """Nothing is sent or taken any more."""
    _is_cut_off = False
    _silence: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._main = asyncio.current_task()
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if not self._is_cut_off or self._main is None:
                raise
            self._main.uncancel()
            await self.disconnect(TOO_SLOW)
        finally:
            self._main = None

    async def connect(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self.outgoing = Outgoing(self._send, slow=self._on_slow, lost=self._on_lost)
        await self.accept()

    async def disconnect(self, _code: int) -> None:
        self.stop()
        # What is being written for the page is written; there is nobody to tell.
        for task in self._tasks:
            task.cancel()
        await self.leave_all()

    async def tell(self, data: bytes) -> None:
        self.outgoing.put(data)

    def end(self, code: int) -> None:
        """Close the socket with this code. What still waited for its reader is not sent.

        A reader that doesn't even take the code is cut off, so that nothing is kept for it.
        """
        if not self.ended:
            self.stop()
            self.start(self._close(code))

    def start(self, work: Any) -> asyncio.Task[None]:
        """Run a coroutine beside the events; it is not forgotten before it ends."""
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def wait(self) -> None:
        """The page was heard: its time of silence begins anew."""
        if self.ended:
            return
        if self._silence is not None:
            self._silence.cancel()
        loop = asyncio.get_running_loop()
        self._silence = loop.call_later(SILENCE_SECONDS, self.end, IDLE)

    def stop(self) -> None:
        """Nothing is told or taken from now on."""
        self.ended = True
        self.outgoing.stop()
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    async def _send(self, data: bytes) -> None:
        await self.send(bytes_data=data)

    async def _close(self, code: int) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.close(code)
        except TimeoutError:
            self._cut_off()
        except Exception as error:  # whatever a server raises for a connection that is gone
            self._on_lost(error)

    def _cut_off(self) -> None:
        """End the application's side. The server closes the connection then, without a code."""
        self._is_cut_off = True
        if self._main is not None:
            self._main.cancel()

    def _on_slow(self) -> None:
        log.info("threads.socket_too_slow")
        self.end(TOO_SLOW)

    def _on_lost(self, error: Exception) -> None:
        log.info("threads.socket_lost", error=type(error).__name__)
        self.stop()
        self._cut_off()
