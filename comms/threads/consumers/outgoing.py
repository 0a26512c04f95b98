"""What waits to be sent to one socket: bounded, and never in the way of what happens meanwhile.

The events of a socket come from a queue without a bound. Whoever waited for a slow reader before taking the next
event would let that queue grow for as long as the reader likes. So events are always taken at once, what is sent
waits here, and a socket for which too much waits, or for too long, is given up: its reader catches up by number.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

WAITING_BYTES = 4 * 1024 * 1024
"""For one socket. An event brings at most 1 MiB."""
WAITING_MESSAGES = 4_096
SEND_SECONDS = 10.0
"""For one message to fit into what the system holds for the connection, which is some hundred KiB."""


class Outgoing:
    """Sends messages in their order. Belongs to one event loop.

    `slow` is called once, when the bound or the time is exceeded; `lost` once, when sending fails. Nothing is
    sent afterwards.
    """

    __slots__ = ("_bytes", "_lost", "_send", "_slow", "_stopped", "_task", "_waiting")

    def __init__(
        self,
        send: Callable[[bytes], Awaitable[None]],
        *,
        slow: Callable[[], None],
        lost: Callable[[Exception], None],
    ) -> None:
        self._send = send
        self._slow = slow
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def waiting(self) -> int:
        """Bytes that are not sent yet."""
        return self._bytes

    def put(self, data: bytes) -> None:
        """Take a message over; ignored once it is stopped."""
        if self._stopped:
            return
        self._waiting.append(data)
        self._bytes += len(data)
        # A single message is sent whatever its size: only those that wait behind another can be too many.
        too_much = self._bytes > WAITING_BYTES or len(self._waiting) > WAITING_MESSAGES
        if too_much and len(self._waiting) > 1:
            self.stop()
            self._slow()
        elif self._task is None:
            self._task = asyncio.create_task(self._empty())

    def stop(self) -> None:
        """Forget what waits, and send nothing more."""
        self._stopped = True
        self._waiting.clear()
        self._bytes = 0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _empty(self) -> None:
        try:
            while self._waiting:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._send(self._waiting[0])
                self._bytes -= len(self._waiting.popleft())
        except TimeoutError:
            self._give_up()
            self._slow()
        except Exception as error:  # whatever a server raises for a connection that is gone
            self._give_up()
            self._lost(error)
        else:
            self._task = None

    def _give_up(self) -> None:
        # This task ends by itself: cancelling it would keep it from saying so.
        self._task = None
        self.stop()
