"""What travels over the socket of threads, in CBOR. docs/api/sockets.md describes it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from comms.threads.models import Envelope, Thread
from comms.wire import envelopes
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import kind_of, open_map

OPEN: Final = 64
READY: Final = 65
ENVELOPE: Final = 66
EPOCH: Final = 67
ADDED: Final = 68
REVOKED: Final = 69
READ: Final = 70
PING: Final = 71
PONG: Final = 72
EPHEMERAL: Final = 73
DRAFT: Final = 74
GUEST: Final = 75
POST: Final = 76
POSTED: Final = 77
DECLINED: Final = 78

FROM_BROWSER_LIMIT: Final = envelopes.LIMIT + 64
FROM_GUEST_LIMIT: Final = 512


@dataclass(frozen=True, slots=True)
class Open:
    """The first message: which workspace it is about."""

    workspace: str


@dataclass(frozen=True, slots=True)
class Ping:
    """Somebody is still there."""


@dataclass(frozen=True, slots=True)
class Post:
    """An envelope for a thread; the answer names `ref` again."""

    ref: int
    thread: uuid.UUID
    raw: bytes


@dataclass(frozen=True, slots=True)
class GuestOpen:
    """What a guest's page says first. `text` is its pass, empty in a ping."""

    workspace: str = ""
    guest: uuid.UUID = field(default_factory=uuid.uuid4)
    text: str = ""


def ready(threads: Iterable[Thread]) -> bytes:
    """Where each thread stands: the browser compares and fetches what it lacks."""
    rows: list[Value] = [
        [thread.id.bytes, thread.epoch_number, thread.seq, bytes(thread.t)] for thread in threads
    ]
    return encode({0: READY, 1: 1, 2: rows})


def envelope(row: Envelope) -> bytes:
    """An envelope with its place."""
    return message(ENVELOPE, row.thread_id.bytes, row.seq, bytes(row.t), bytes(row.content or b""))


def message(kind: int, *fields: Value) -> bytes:
    """A message of this kind with its fields numbered from 2 on."""
    numbered: dict[int, Value] = dict(enumerate(fields, start=2))
    return encode({0: kind, 1: 1, **numbered})


def read_from_browser(data: bytes) -> Open | Ping | Post:
    """A browser's message. Raises WireError."""
    kind = kind_of(data, limit=FROM_BROWSER_LIMIT)
    if kind == OPEN:
        fields = open_map(data, kind=OPEN, limit=FROM_BROWSER_LIMIT, required=(2,))
        return Open(fields.text(2, 1, 60))
    if kind == PING:
        open_map(data, kind=PING, limit=FROM_BROWSER_LIMIT, required=())
        return Ping()
    if kind == POST:
        fields = open_map(data, kind=POST, limit=FROM_BROWSER_LIMIT, required=(2, 3, 4))
        return Post(fields.uint(2), fields.uuid(3), fields.bytes(4, 1, envelopes.LIMIT))
    raise WireError("unsupported", f"message {kind}")


def read_from_guest(data: bytes) -> tuple[int, GuestOpen]:
    """The kind of a guest's message, and for GUEST who it is. Raises WireError."""
    kind = kind_of(data, limit=FROM_GUEST_LIMIT)
    if kind == GUEST:
        fields = open_map(data, kind=GUEST, limit=FROM_GUEST_LIMIT, required=(2, 3, 4))
        return kind, GuestOpen(fields.text(2, 1, 60), fields.uuid(3), fields.text(4, 1, 300))
    if kind == PING:
        open_map(data, kind=PING, limit=FROM_GUEST_LIMIT, required=())
        return kind, GuestOpen()
    raise WireError("unsupported", f"message {kind}")
