"""What travels over the socket of threads, in CBOR. docs/api/sockets.md describes it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from comms.threads.models import Thread
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

FROM_BROWSER_LIMIT: Final = 512


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


def message(kind: int, *fields: Value) -> bytes:
    """A message of this kind with its fields numbered from 2 on."""
    numbered: dict[int, Value] = dict(enumerate(fields, start=2))
    return encode({0: kind, 1: 1, **numbered})


def read_from_browser(data: bytes) -> tuple[int, str]:
    """The kind of a browser's message, and for OPEN the workspace's address. Raises WireError."""
    kind = kind_of(data, limit=FROM_BROWSER_LIMIT)
    if kind == OPEN:
        fields = open_map(data, kind=OPEN, limit=FROM_BROWSER_LIMIT, required=(2,))
        return kind, fields.text(2, 1, 60)
    if kind == PING:
        open_map(data, kind=PING, limit=FROM_BROWSER_LIMIT, required=())
        return kind, ""
    raise WireError("unsupported", f"message {kind}")


def read_from_guest(data: bytes) -> tuple[int, GuestOpen]:
    """The kind of a guest's message, and for GUEST who it is. Raises WireError."""
    kind = kind_of(data, limit=FROM_BROWSER_LIMIT)
    if kind == GUEST:
        fields = open_map(data, kind=GUEST, limit=FROM_BROWSER_LIMIT, required=(2, 3, 4))
        return kind, GuestOpen(fields.text(2, 1, 60), fields.uuid(3), fields.text(4, 1, 300))
    if kind == PING:
        open_map(data, kind=PING, limit=FROM_BROWSER_LIMIT, required=())
        return kind, GuestOpen()
    raise WireError("unsupported", f"message {kind}")
