"""Asks Valkey one question while the stack starts, without the client library, whose loading takes longer than
the server's start. For the embedded server; another one is asked with the library and everything its address may say.
"""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import unquote, urlsplit


class RefusedError(ConnectionError):
    """The server answered with an error, such as that it still loads its file."""


async def ask_embedded(url: str, *words: str) -> str:
    """The answer to one command that is answered in one line, as ``PONG`` or ``3``.

    ``url`` is ours: ``unix://:password@/path`` or ``redis://:password@host:port``. Raises OSError.
    """
    place = urlsplit(url)
    reader, writer = await (
        asyncio.open_unix_connection(unquote(place.path))
        if place.scheme == "unix"
        else asyncio.open_connection(place.hostname, place.port)
    )
    with contextlib.closing(writer):
        writer.write(_command("AUTH", unquote(place.password or "")) + _command(*words))
        await _answer(reader)
        return await _answer(reader)


def _command(*words: str) -> bytes:
    parts = [word.encode() for word in words]
    sized = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
    return b"*%d\r\n%s" % (len(parts), sized)


async def _answer(reader: asyncio.StreamReader) -> str:
    line = (await reader.readline()).decode(errors="replace").rstrip("\r\n")
    if not line.startswith(("+", ":")):
        raise RefusedError(line[1:] or "Valkey closed the connection.")
    return line[1:]
