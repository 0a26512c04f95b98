"""Runs Django's WSGI handler in threads for an ASGI server: one step into a thread and one back for an answer.

The body has been read already (`comms.core.bodies`), and an answer that is whole goes back in one piece. Every step
between a thread and the event loop waits for the interpreter; a general bridge takes four for each answer, which cost
more than our middleware (decision 0092).
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Start:
    """The head of an answer."""

    status: int
    headers: list[tuple[bytes, bytes]]
    length: int | None
    """What Content-Length says."""

    def as_message(self) -> Message:
        return {"type": "http.response.start", "status": self.status, "headers": self.headers}


class WsgiThreads:
    """A WSGI application (PEP 3333) behind `BodyGate`, in at most `threads` threads at once.

    An answer of unknown length is sent piece by piece, each when the one before is taken over: the thread waits
    for a slow reader, and nothing piles up.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self.app = app
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="WSGI")

    async def __call__(self, scope: Scope, body: BinaryIO, size: int, send: Send) -> None:
        loop = asyncio.get_running_loop()
        environ = make_environ(scope, body, size)
        run = contextvars.copy_context().run

        def send_and_wait(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result()

        last = await loop.run_in_executor(self._pool, run, self._answer, environ, send_and_wait)
        for message in last:
            await send(message)

    def _answer(
        self, environ: dict[str, Any], send_and_wait: Callable[[Message], None]
    ) -> list[Message]:
        """Run the application; what is left to be sent once this thread is free."""
        started: list[_Start] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], None]:
            # PEP 3333: once more only after an error, before anything was sent. Django never writes by callable.
            started[:] = [_start(status, headers)]
            return _no_writing

        iterable = self.app(environ, start_response)
        try:
            is_sent = False
            for chunk in iterable:
                start = started[0]
                if not is_sent:
                    if start.length == len(chunk):
                        return [start.as_message(), _piece(chunk, more=False)]
                    send_and_wait(start.as_message())
                    is_sent = True
                send_and_wait(_piece(chunk, more=True))
            end = _piece(b"", more=False)
            return [end] if is_sent else [started[0].as_message(), end]
        finally:
            close = getattr(iterable, "close", None)
            if close is not None:
                close()


def make_environ(scope: Scope, body: BinaryIO, size: int) -> dict[str, Any]:
    """The request as WSGI describes it. `size`: of the body, whatever its header said.

    A header with an underscore would be taken for the one with a hyphen that a proxy wrote: it is left out.
    """
    host, port = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    client = scope.get("client")
    if client is not None:
        environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = client[0], str(client[1])
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        value = raw_value.decode("latin-1")
        key = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        if key in environ:
            value = environ[key] + ("; " if name == "COOKIE" else ",") + value
        environ[key] = value
    # A body that came in chunks has no length of its own, and one that was not read has none here.
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def _start(status: str, headers: list[tuple[str, str]]) -> _Start:
    coded, length = [], None
    for name, value in headers:
        lower = name.lower()
        if lower == "content-length":
            length = int(value)
        coded.append((lower.encode("latin-1"), value.strip().encode("latin-1")))
    return _Start(int(status[:3]), coded, length)


def _piece(chunk: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _no_writing(_data: bytes) -> None:
    raise NotImplementedError("an application answers with its iterable")
