"""Envelopes: one sealed, signed item of a thread.

Three steps, so that each place does what it can: read_envelope checks the outside (the server stops
there), verify_envelope the signature, open_envelope the seal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.bodies import Body, decode_body, encode_body, is_ephemeral
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import octets, open_map, uint
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.padding import FLOOR, pad, unpad
from comms.wire.seal import OVERHEAD, open_box, seal
from comms.wire.sign import ED25519_SIGNATURE
from comms.wire.transcript import Head

LIMIT: Final = 64 * 1024
HEADER_LIMIT: Final = 512


class Class(IntEnum):
    STORED = 1
    EPHEMERAL = 2
    SCHEDULED = 3
    DRAFT = 4
    RETENTION = 5


@dataclass(frozen=True)
class Header:
    """What the server may see of an envelope.

    `client` is random for each tab (16 bytes); (sender, client, counter) is the idempotency key, with the
    sender since everybody in the thread sees the others' clients. `seen` is the sender's last head, absent if
    and only if scheduled. `keep` is in seconds, for RETENTION.
    """

    thread: UUID
    epoch: bytes
    sender: UUID
    client: bytes
    counter: int
    written_at: int
    seen: Head | None = None
    klass: Class = Class.STORED
    keep: int | None = None

    def encode(self) -> bytes:
        value: dict[int, Value] = {
            0: labels.HEADER,
            1: 1,
            2: self.thread.bytes,
            3: self.epoch,
            4: self.sender.bytes,
            5: self.client,
            6: self.counter,
            7: int(self.klass),
            8: self.written_at,
        }
        if self.seen is not None:
            value[9] = [self.seen.seq, self.seen.t]
        if self.keep is not None:
            value[10] = self.keep
        data = encode(value)
        read_header(data)
        return data


@dataclass(frozen=True)
class Envelope:
    """A decoded envelope. `raw` is what is stored, hashed and passed on."""

    raw: bytes
    header_raw: bytes
    header: Header
    box: bytes
    signature: bytes

    @cached_property
    def hash(self) -> bytes:
        return sha256(self.raw)


def make_envelope(header: Header, body: Body, *, key: bytes, seeds: IdentitySeeds) -> bytes:
    """Seals `body` under the epoch key, signs header and box. Every call draws a new salt."""
    _check_class(header, body)
    header_raw = header.encode()
    box = seal(key, labels.SEAL_ENVELOPE, header_raw, pad(encode_body(body)))
    signature = seeds.sign(labels.SIGN_ENVELOPE, encode([header_raw, box]))
    data = encode({0: labels.ENVELOPE, 1: 1, 2: header_raw, 3: box, 4: signature})
    if len(data) > LIMIT:
        raise WireError("too-large", f"an envelope of {len(data)} bytes")
    return data


def read_header(data: bytes) -> Header:
    fields = open_map(
        data, kind=labels.HEADER, limit=HEADER_LIMIT, required=range(2, 9), optional=(9, 10)
    )
    header = Header(
        thread=fields.uuid(2),
        epoch=fields.bytes(3, 32),
        sender=fields.uuid(4),
        client=fields.bytes(5, 16),
        counter=fields.uint(6, 1),
        klass=Class(fields.uint(7, 1, 5)),
        written_at=fields.uint(8),
        seen=_read_head(fields.array(9, 2)) if fields.has(9) else None,
        keep=fields.uint(10, 1, 2**32 - 1) if fields.has(10) else None,
    )
    if (header.seen is None) != (header.klass is Class.SCHEDULED):
        raise WireError("malformed", "a scheduled envelope, and only that, has no head")
    if (header.keep is not None) != (header.klass is Class.RETENTION):
        raise WireError("malformed", "a retention envelope, and only that, has a period")
    return header


def read_envelope(data: bytes) -> Envelope:
    """Checks shape, versions and sizes. Raises WireError."""
    fields = open_map(data, kind=labels.ENVELOPE, limit=LIMIT, required=(2, 3, 4))
    header_raw = fields.bytes(2, 1, HEADER_LIMIT)
    return Envelope(
        raw=data,
        header_raw=header_raw,
        header=read_header(header_raw),
        box=fields.bytes(3, OVERHEAD + FLOOR, LIMIT),
        signature=fields.bytes(4, ED25519_SIGNATURE),
    )


def verify_envelope(envelope: Envelope, sender: PublicKeys) -> None:
    """Raises WireError("signature") unless `sender` signed exactly this header and box."""
    sender.verify(
        labels.SIGN_ENVELOPE, encode([envelope.header_raw, envelope.box]), envelope.signature
    )


def open_envelope(envelope: Envelope, key: bytes) -> Body:
    """The body, under the epoch's key. Raises WireError."""
    padded = open_box(key, labels.SEAL_ENVELOPE, envelope.header_raw, envelope.box)
    body = decode_body(unpad(padded))
    _check_class(envelope.header, body)
    return body


def _check_class(header: Header, body: Body) -> None:
    """A typing note that claims a place in the transcript, or a text that leaves none, is refused."""
    if (header.klass is Class.EPHEMERAL) != is_ephemeral(body):
        raise WireError("malformed", "this body does not belong in this class of envelope")


def _read_head(value: Value) -> Head:
    if not isinstance(value, list):
        raise WireError("malformed", "not a head")
    return Head(uint(value[0]), octets(value[1], 32))
