"""A small pipelined client of Valkey for notes.

redis-py spends some 60 µs a command; here the notes of one turn of the event loop travel in one write and
cost about 6 µs each.
"""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from redis.asyncio.connection import SSLConnection, parse_url

from comms.campaigns.journal.lives import SECTIONS, SETTINGS, life_of
from comms.campaigns.journal.notes import KEEP_SECONDS, begun, finished, open_key, opened
from comms.campaigns.transports.base import LeaseLostError, Message, Result

_PATIENCE = 5.0

Value = bytes | int | list["Value"]


class JournalDownError(Exception):
    """Valkey doesn't answer: nothing may be handed over without a note."""


class RefusedError(JournalDownError):
    """Valkey answers, but doesn't do what it was asked."""


class NoteStore(asyncio.Protocol):
    """One connection to Valkey. Make it with `connect_store`. For one event loop."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[list[asyncio.Future[Value]]] = deque()
        self._pushes: dict[bytes, tuple[list[bytes], list[asyncio.Future[Value]]]] = {}
        self._flushing = False
        self._buffer = b""
        self._since = 0.0
        self._closed = False
        self.life = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's transport by construction

    def connection_lost(self, exc: Exception | None) -> None:
        self.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        position = 0
        while True:
            read = _read_value(self._buffer, position)
            if read is None:
                break
            value, position = read
            self._since = asyncio.get_running_loop().time()
            for future in self._waiting.popleft():
                if future.done():
                    continue
                if isinstance(value, Exception):
                    future.set_exception(value)
                else:
                    future.set_result(value)
        self._buffer = self._buffer[position:]

    @property
    def is_open(self) -> bool:
        """Valkey answers, as far as known."""
        return not self._closed

    def command(self, *words: bytes | str | int) -> asyncio.Future[Value]:
        """Send a command; the future holds its answer, or JournalDownError."""
        future = self._future()
        self._send(
            [word if isinstance(word, bytes) else str(word).encode() for word in words], [future]
        )
        return future

    def push(self, key: bytes, note: bytes) -> asyncio.Future[Value]:
        """Append a note to a list that is there; the future holds its new length, 0 if it is not there.

        Notes of one turn of the event loop go out together.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Value] = loop.create_future()
        self._add(key, note).append(future)
        return future

    def add(self, key: bytes, note: bytes) -> None:
        """The same without an answer; a failure shows at the next note that is waited for."""
        self._add(key, note)

    def _add(self, key: bytes, note: bytes) -> list[asyncio.Future[Value]]:
        entry = self._pushes.get(key)
        if entry is None:
            entry = self._pushes[key] = ([], [])
        entry[0].append(note)
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)
        return entry[1]

    def _flush(self) -> None:
        self._flushing = False
        pushes, self._pushes = self._pushes, {}
        for key, (notes, futures) in pushes.items():
            self._send([b"RPUSHX", key, *notes], futures)

    def _future(self) -> asyncio.Future[Value]:
        future: asyncio.Future[Value] = asyncio.get_running_loop().create_future()
        # Some commands are sent without waiting; a failure then shows at the next one that is waited for.
        future.add_done_callback(_retrieve)
        return future

    def _send(self, words: list[bytes], futures: list[asyncio.Future[Value]]) -> None:
        if self._closed or self._transport is None:
            for future in futures:
                future.set_exception(JournalDownError("Valkey closed the connection"))
            return
        if not self._waiting:
            self._since = asyncio.get_running_loop().time()
        self._waiting.append(futures)
        parts = [b"*%d\r\n" % len(words)]
        for word in words:
            parts.append(b"$%d\r\n" % len(word) + word + b"\r\n")
        self._transport.write(b"".join(parts))

    def check(self) -> None:
        """Close when an answer is overdue. Called now and then by whoever owns the store."""
        if self._waiting and asyncio.get_running_loop().time() - self._since > _PATIENCE:
            self.close()

    def close(self) -> None:
        """Let go; everything that waits gets JournalDownError."""
        self._closed = True
        if self._transport is not None:
            self._transport.abort()
        waiting = [future for futures in self._waiting for future in futures]
        waiting += [future for _notes, futures in self._pushes.values() for future in futures]
        self._waiting.clear()
        self._pushes.clear()
        for future in waiting:
            if not future.done():
                future.set_exception(JournalDownError("Valkey closed the connection"))


def _retrieve(future: asyncio.Future[Value]) -> None:
    if not future.cancelled():
        future.exception()


def _read_value(buffer: bytes, start: int) -> tuple[Value | Exception, int] | None:
    """One RESP2 value and where the next begins; None when it isn't whole yet."""
    end = buffer.find(b"\r\n", start)
    if end < 0:
        return None
    kind, rest, after = buffer[start : start + 1], buffer[start + 1 : end], end + 2
    if kind == b":":
        return int(rest), after
    if kind == b"+":
        return rest, after
    if kind == b"-":
        return RefusedError(rest.decode("utf-8", "replace")[:200]), after
    if kind == b"$":
        size = int(rest)
        if size < 0:
            return b"", after
        if len(buffer) < after + size + 2:
            return None
        return buffer[after : after + size], after + size + 2
    if kind == b"*":
        items: list[Value] = []
        for _number in range(int(rest)):
            read = _read_value(buffer, after)
            if read is None:
                return None
            item, after = read
            items.append(b"" if isinstance(item, Exception) else item)
        return items, after
    return JournalDownError("an answer of a kind that was not asked for"), after


async def connect_store(url: str) -> NoteStore:
    """A store at a redis://, rediss:// or unix:// address. Raises JournalDownError."""
    loop = asyncio.get_running_loop()
    settings = parse_url(url)
    store = NoteStore()
    try:
        async with asyncio.timeout(_PATIENCE):
            if settings.get("path"):
                await loop.create_unix_connection(lambda: store, settings["path"])
            else:
                tls = settings.get("connection_class") is SSLConnection
                await loop.create_connection(
                    lambda: store,
                    settings.get("host") or "localhost",
                    settings.get("port") or 6379,
                    ssl=ssl.create_default_context() if tls else None,
                )
            if settings.get("password"):
                names = [settings["username"]] if settings.get("username") else []
                await store.command("AUTH", *names, settings["password"])
            await store.command("SELECT", settings.get("db") or 0)
            store.life = await _life(store, same_kernel=bool(settings.get("path")))
    except (OSError, TimeoutError, JournalDownError) as error:
        store.close()
        raise JournalDownError("Valkey can't be reached") from error
    return store


async def _life(store: NoteStore, *, same_kernel: bool) -> str:
    told = await store.command("INFO", *SECTIONS)
    lines = told.decode().splitlines() if isinstance(told, bytes) else []
    info = dict(line.split(":", 1) for line in lines if ":" in line)
    try:
        words = await store.command("CONFIG", "GET", *SETTINGS)
    except RefusedError:
        words = []
    listed = words if isinstance(words, list) else []
    names = [word.decode() for word in listed if isinstance(word, bytes)]
    try:
        return life_of(
            info, dict(zip(names[::2], names[1::2], strict=True)), same_kernel=same_kernel
        )
    except KeyError as error:
        raise JournalDownError("Valkey doesn't say which run it is") from error


class BatchJournal:
    """The journal of one claimed batch (`transports.base.Journal`). `on_result` hears every outcome."""

    def __init__(
        self, store: NoteStore, claim_id: uuid.UUID, on_result: Callable[[Result], None]
    ) -> None:
        self._store = store
        self._key = open_key(claim_id).encode()
        self._on_result = on_result

    async def open(self) -> None:
        """Begin the list, before the batch is claimed. Raises JournalDownError."""
        await self._store.command("RPUSH", self._key, opened())
        await self._store.command("EXPIRE", self._key, KEEP_SECONDS)

    async def begin(self, message: Message) -> None:
        """Note that the message may arrive from now on. Raises LeaseLostError, JournalDownError."""
        if not await self._store.push(self._key, begun(message.delivery_id)):
            raise LeaseLostError("another process has taken this batch over")

    def finish(self, result: Result) -> None:
        """Note the outcome."""
        self._on_result(result)
        self._store.add(self._key, finished(result))

    async def forget(self) -> None:
        """Drop the list, once everything in it is in the database."""
        with suppress(JournalDownError):
            await self._store.command("DEL", self._key)
