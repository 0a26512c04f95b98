"""Request bodies: whole, spooled, chunked, too large, too slow, cut off. Refusals say so clearly."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, MutableMapping
from typing import Any, BinaryIO

import pytest

from comms.core.bodies import IN_MEMORY_BYTES, BodyGate

Message = MutableMapping[str, Any]

LIMIT = 5 * 1024 * 1024


class Inner:
    """What is behind the gate: reads the body and answers with its hash."""

    def __init__(self) -> None:
        self.called = False

    async def __call__(self, _scope: Any, body: BinaryIO, size: int, send: Any) -> None:
        self.called = True
        digest, left = hashlib.sha256(), size
        while piece := body.read(64 * 1024):
            digest.update(piece)
            left -= len(piece)
        assert left == 0
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": digest.hexdigest().encode()})


class Client:
    """One request through the gate."""

    def __init__(self, *, limit: int = LIMIT, seconds: float = 5.0) -> None:
        self.inner = Inner()
        self.refused: list[tuple[int, str]] = []
        self.sent: list[Message] = []
        self.gate = BodyGate(self.inner, limit=limit, seconds=seconds, refusal=self._refuse)

    def _refuse(self, status: int, scope: Message) -> tuple[str, bytes]:
        self.refused.append((status, scope["path"]))
        return "text/html", b"<h1>clear words</h1>"

    def post(
        self,
        chunks: Iterable[bytes | float | None],
        *,
        method: str = "POST",
    ) -> Client:
        """Send `chunks`; a number is a wait in seconds, None a lost connection."""
        waiting = list(chunks)

        async def receive() -> Message:
            chunk = waiting.pop(0) if waiting else None
            if isinstance(chunk, float):
                await asyncio.sleep(chunk)
                chunk = waiting.pop(0)
            if not isinstance(chunk, bytes):
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

        async def send(message: Message) -> None:
            self.sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": "/upload",
            "headers": [],
        }
        asyncio.run(self.gate(scope, receive, send))
        self.left = len(waiting)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])


@pytest.mark.parametrize("size", [0, 1, 100_000, IN_MEMORY_BYTES - 1, IN_MEMORY_BYTES + 1, LIMIT])
def test_passes_the_body_on_unchanged(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    client = Client().post([content])
    assert client.status == 200
    assert client.body == hashlib.sha256(content).hexdigest().encode()


def test_joins_chunks_of_any_size() -> None:
    chunks = [b"a" * n for n in (1, 0, 70_000, 3, 2_000_000, 0)]
    client = Client().post(chunks)
    assert client.body == hashlib.sha256(b"".join(chunks)).hexdigest().encode()


def test_large_bodies_lie_on_the_disk_and_not_in_memory() -> None:
    import tracemalloc

    tracemalloc.start()
    Client(limit=64 * 1024 * 1024).post(b"x" * 65_536 for _number in range(500))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * 1024 * 1024


def test_waits_until_the_body_is_whole_before_taking_a_thread() -> None:
    client = Client(seconds=5.0)
    client.post([b"a", 0.05, b"b", None])
    assert not client.inner.called
    assert client.sent == []


@pytest.mark.parametrize("chunk", [65_536, 1_000_000])
def test_refuses_what_is_too_large_and_reads_it_to_the_end(chunk: int) -> None:
    """A browser shows an answer only once it has sent everything."""
    client = Client().post([b"x" * chunk] * (LIMIT // chunk + 4))
    assert client.status == 413
    assert not client.inner.called
    assert client.left == 0
    assert client.body == b"<h1>clear words</h1>"
    assert client.refused == [(413, "/upload")]


def test_stops_reading_what_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comms.core.bodies.DRAIN_BYTES", 2 * LIMIT)
    client = Client().post([b"x" * 1_000_000] * 100)
    assert client.status == 413
    assert client.left > 80


def test_refuses_what_is_too_slow() -> None:
    client = Client(seconds=0.1).post([b"a", 5.0, b"b"])
    assert client.status == 408
    assert not client.inner.called
    assert client.headers[b"connection"] == b"close"


def test_refusals_are_safe_and_not_kept() -> None:
    headers = Client(limit=1).post([b"xx"]).headers
    assert headers[b"content-type"] == b"text/html"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"content-security-policy"] == b"default-src 'self'; frame-ancestors 'none'"
    assert headers[b"referrer-policy"] == b"same-origin"
    assert headers[b"x-content-type-options"] == b"nosniff"


def test_lets_requests_without_a_body_through() -> None:
    client = Client(limit=0)
    client.post([b""], method="GET")
    assert client.inner.called
