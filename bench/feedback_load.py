"""Many people who send a form at once: a process of its own, without Django. Used by bench/feedback.py.

Each takes a body off the list, gets the page, posts the body, and notes the status. Connections come from addresses
127.0.1.1 to 127.0.1.250 in turn, as people do; all of them are this machine.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

ADDRESSES = 250


def read_bodies(path: Path) -> list[bytes]:
    """Each with its length before it, in four bytes."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


class Sender:
    """One connection that stays open."""

    def __init__(self, host: str, port: int, local: str) -> None:
        self.host, self.port, self.local = host, port, local
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, head: bytes, body: bytes = b"") -> int:
        """The status of the answer, which is read to its end."""
        for _try in range(2):
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(
                    self.host, self.port, local_addr=(self.local, 0)
                )
            try:
                self.writer.write(head + body)
                return await self._read()
            except (ConnectionError, asyncio.IncompleteReadError):
                # A server may end an idle connection at any time: then once more.
                self.writer = None
        raise ConnectionError("the server hangs up")

    async def _read(self) -> int:
        assert self.reader is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head.split(b" ", 2)[1])
        if b"transfer-encoding: chunked" in head:
            while size := int((await self.reader.readuntil(b"\r\n")).strip(), 16):
                await self.reader.readexactly(size + 2)
            await self.reader.readexactly(2)
        elif b"content-length:" in head:
            length = head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            await self.reader.readexactly(int(length))
        return status


async def load(
    origin: str, page: str, send: str, kind: str, bodies: list[bytes], many: int
) -> dict[str, object]:
    """Seconds, how often each status came, and milliseconds of a POST."""
    parts = urlsplit(origin)
    host, port = "127.0.0.1", parts.port or 80
    get = f"GET {page} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: text/html\r\n\r\n".encode()
    pages: Counter[int] = Counter()
    sent: Counter[int] = Counter()
    took: list[float] = []
    waiting = iter(bodies)

    async def person(number: int) -> None:
        sender = Sender(host, port, f"127.0.1.{1 + number % ADDRESSES}")
        for body in waiting:
            pages[await sender.ask(get)] += 1
            head = (
                f"POST {send} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: {kind}\r\n"
                f"Accept: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            start = time.perf_counter()
            sent[await sender.ask(head, body)] += 1
            took.append((time.perf_counter() - start) * 1000)

    start = time.perf_counter()
    await asyncio.gather(*(person(number) for number in range(many)))
    seconds = time.perf_counter() - start
    took.sort()
    return {
        "seconds": seconds,
        "pages": {str(status): count for status, count in pages.items()},
        "sent": {str(status): count for status, count in sent.items()},
        "median_ms": took[len(took) // 2],
        "p95_ms": took[len(took) * 95 // 100],
    }


def main(words: list[str]) -> None:
    """ORIGIN PAGE SEND KIND FILE MANY."""
    origin, page, send, kind, file, many = words
    print(
        json.dumps(asyncio.run(load(origin, page, send, kind, read_bodies(Path(file)), int(many))))
    )


if __name__ == "__main__":
    main(sys.argv[1:])
