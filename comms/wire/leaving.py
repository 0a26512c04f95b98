"""Notice of a member who leaves a thread.

A leaver can't make the key that shuts them out. They sign this notice; the epoch that follows the one
they leave quotes it, so that any poster may leave them out and every reader sees that it was their wish.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.sign import SignaturePair, read_pair

LIMIT: Final = 4096
NOTICES_LIMIT: Final = 8


@dataclass(frozen=True)
class LeaveNotice:
    """A decoded notice. `epoch` is the hash of the epoch that is left: it holds for the next one only."""

    raw: bytes
    tbs_raw: bytes
    thread: UUID
    member: UUID
    fingerprint: bytes
    epoch: bytes
    made_at: int
    signatures: SignaturePair


def make_leave_notice(
    *, thread: UUID, member: UUID, epoch: bytes, made_at: int, seeds: IdentitySeeds
) -> bytes:
    """The signed notice. `made_at` in milliseconds."""
    tbs_raw = encode(
        {
            0: labels.LEAVE_TBS,
            1: 1,
            2: thread.bytes,
            3: member.bytes,
            4: seeds.public.fingerprint,
            5: epoch,
            6: made_at,
        }
    )
    signatures = seeds.sign_pair(labels.SIGN_LEAVE, tbs_raw)
    data = encode({0: labels.LEAVE_NOTICE, 1: 1, 2: tbs_raw, 3: list(signatures)})
    read_leave_notice(data)
    return data


def read_leave_notice(data: bytes) -> LeaveNotice:
    """Checks the shape, not the signatures. Raises WireError."""
    outer = open_map(data, kind=labels.LEAVE_NOTICE, limit=LIMIT, required=(2, 3))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs_raw, kind=labels.LEAVE_TBS, limit=LIMIT, required=range(2, 7))
    return LeaveNotice(
        raw=data,
        tbs_raw=tbs_raw,
        thread=inner.uuid(2),
        member=inner.uuid(3),
        fingerprint=inner.bytes(4, 32),
        epoch=inner.bytes(5, 32),
        made_at=inner.uint(6),
        signatures=read_pair(outer.array(3, 2)),
    )


def verify_leave_notice(notice: LeaveNotice, keys: PublicKeys) -> None:
    """Raises WireError unless these keys, the ones named, signed it."""
    if keys.fingerprint != notice.fingerprint:
        raise WireError("signature", "the notice names other keys")
    keys.verify_pair(labels.SIGN_LEAVE, notice.tbs_raw, notice.signatures)
