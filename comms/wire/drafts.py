"""Drafts: what a person has begun to write in a thread, sealed for nobody but themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.bodies import TEXT_LIMIT
from comms.wire.cbor import Value, encode
from comms.wire.fields import open_map
from comms.wire.hashing import derive
from comms.wire.padding import pad, unpad
from comms.wire.seal import open_box, seal

LIMIT: Final = 64 * 1024


@dataclass(frozen=True)
class Draft:
    """Up to 32,768 bytes of text; `reply_to` and `edits` are envelope hashes; time in milliseconds."""

    text: str
    written_at: int
    reply_to: bytes | None = None
    edits: bytes | None = None


def draft_key(xwing_seed: bytes) -> bytes:
    """The key for the drafts of the identity with this X-Wing seed; old seeds stay in the vault."""
    return derive(xwing_seed, labels.DERIVE_DRAFT)


def seal_draft(key: bytes, *, user: UUID, thread: UUID, number: int, draft: Draft) -> bytes:
    """A box that opens only as this number of this person's draft in this thread. Raises WireError."""
    value: dict[int, Value] = {0: labels.DRAFT, 1: 1, 2: draft.text, 5: draft.written_at}
    if draft.reply_to is not None:
        value[3] = draft.reply_to
    if draft.edits is not None:
        value[4] = draft.edits
    data = encode(value)
    decode_draft(data)
    return seal(key, labels.SEAL_DRAFT, _context(user, thread, number), pad(data))


def open_draft(key: bytes, *, user: UUID, thread: UUID, number: int, box: bytes) -> Draft:
    """Raises WireError for another person's, another thread's or an earlier draft."""
    return decode_draft(
        unpad(open_box(key, labels.SEAL_DRAFT, _context(user, thread, number), box))
    )


def decode_draft(data: bytes) -> Draft:
    fields = open_map(data, kind=labels.DRAFT, limit=LIMIT, required=(2, 5), optional=(3, 4))
    return Draft(
        text=fields.text(2, 0, TEXT_LIMIT),
        written_at=fields.uint(5),
        reply_to=fields.bytes(3, 32) if fields.has(3) else None,
        edits=fields.bytes(4, 32) if fields.has(4) else None,
    )


def _context(user: UUID, thread: UUID, number: int) -> bytes:
    return encode([user.bytes, thread.bytes, number])
