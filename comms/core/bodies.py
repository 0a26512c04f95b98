"""Request bodies are read here, in the event loop, before a thread is taken.

Ten slow uploads in the WSGI threads delayed every page by 5 s; here a slow sender costs a coroutine.
Small bodies stay in memory, larger ones go to a temporary file, too large ones are drained and refused.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from io import BytesIO
from typing import Any, BinaryIO, cast

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, BinaryIO, int, _Send], Awaitable[None]]

IN_MEMORY_BYTES = 2 * 1024 * 1024
DRAIN_BYTES = 512 * 1024 * 1024


class BodyGate:
    """Passes a request on with its body, once that is here; answers 413 above `limit` bytes, 408 after `seconds`.

    `app` gets the scope, the body as a file, its size in bytes, and `send`.
    `refusal` gives the type and the content of such an answer; it is called in a thread.
    """

    def __init__(
        self,
        app: _App,
        *,
        limit: int,
        seconds: float,
        refusal: Callable[[int, _Scope], tuple[str, bytes]],
    ) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds
        self.refusal = refusal

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, BytesIO(), 0, send)
            return
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
            try:
                async with asyncio.timeout(self.seconds):
                    size = await self._read(receive, body)
            except TimeoutError:
                await self._refuse(scope, send, 408)
                return
            if size is None:
                return
            if size > self.limit:
                await self._refuse(scope, send, 413)
                return
            body.seek(0)
            await self.app(scope, cast(BinaryIO, body), size, send)

    async def _read(
        self, receive: _Receive, body: tempfile.SpooledTemporaryFile[bytes]
    ) -> int | None:
        """Read all of the body; its size, or None when the client has gone."""
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            size += len(chunk)
            # A browser shows our answer only after it has sent everything, so the rest is read and dropped.
            if size <= self.limit:
                body.write(chunk)
            elif size > DRAIN_BYTES:
                return size
            if not message.get("more_body", False):
                return size

    async def _refuse(self, scope: _Scope, send: _Send, status: int) -> None:
        kind, content = await asyncio.to_thread(self.refusal, status, scope)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", kind.encode()),
                    (b"content-length", str(len(content)).encode()),
                    (b"cache-control", b"no-store"),
                    # No middleware sees this answer; frames aren't covered by default-src.
                    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'"),
                    (b"referrer-policy", b"same-origin"),
                    (b"x-content-type-options", b"nosniff"),
                    (b"connection", b"close"),
                ],
            }
        )
        await send({"type": "http.response.body", "body": content})
