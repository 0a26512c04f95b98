"""Safety numbers: what two people compare aloud to know that nobody sits between them.

Each person's half is 30 digits of their id and fingerprint; both halves make 60. A QR code carries
the whole fingerprints instead.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.hashing import derive

GROUPS: Final = 6
_GROUP_BYTES: Final = 5

Side = tuple[UUID, bytes]
"""A person and the fingerprint of their newest keys."""


def safety_number(one: Side, other: Side) -> str:
    """60 digits, the same whoever asks; the half of the lower id first. Raises WireError for one person."""
    return "".join(_half(side) for side in _ordered(one, other))


def safety_code(one: Side, other: Side) -> str:
    """What the QR code says: both fingerprints whole, in letters that a QR code packs well."""
    return ":".join(["ENTENTE1", *(side[1].hex().upper() for side in _ordered(one, other))])


def _half(side: Side) -> str:
    digest = derive(encode([side[0].bytes, side[1]]), labels.DERIVE_SAFETY)
    chunks = (
        digest[at : at + _GROUP_BYTES] for at in range(0, GROUPS * _GROUP_BYTES, _GROUP_BYTES)
    )
    return "".join(f"{int.from_bytes(chunk, 'big') % 100_000:05}" for chunk in chunks)


def _ordered(one: Side, other: Side) -> list[Side]:
    if one[0] == other[0]:
        raise WireError("malformed", "a safety number is of two people")
    for _person, fingerprint in (one, other):
        if len(fingerprint) != 32:
            raise WireError("malformed", "not a fingerprint")
    return sorted((one, other), key=lambda side: side[0].bytes)
