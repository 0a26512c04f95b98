"""Identity entries: the signed chain of a person's public keys.

Number 1 is self-signed. A successor is signed by the new and the old keys. A reset (keys lost) is
signed by the new keys only, which is why readers show it as *changed*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.hashing import ZEROS, sha256
from comms.wire.keys import IdentitySeeds, PublicKeys, read_public_keys
from comms.wire.sign import SignaturePair, read_pair

LIMIT: Final = 16 * 1024


class Kind(IntEnum):
    FIRST = 1
    SUCCESSOR = 2
    RESET = 3


@dataclass(frozen=True)
class IdentityEntry:
    """One decoded entry. `raw` is what is stored, hashed and passed on."""

    raw: bytes
    tbs: bytes
    user: UUID
    number: int
    kind: Kind
    previous: bytes
    keys: PublicKeys
    made_at: int
    signatures: SignaturePair
    old_signatures: SignaturePair | None

    @cached_property
    def hash(self) -> bytes:
        return sha256(self.raw)


def make_entry(
    *,
    user: UUID,
    made_at: int,
    seeds: IdentitySeeds,
    after: IdentityEntry | None = None,
    old_seeds: IdentitySeeds | None = None,
) -> bytes:
    """The next entry of `user`, made at `made_at` (milliseconds).

    Without `after` the first; with `old_seeds` a successor; with `after` alone a reset.
    """
    kind = Kind.FIRST if after is None else Kind.SUCCESSOR if old_seeds else Kind.RESET
    tbs = encode(
        {
            0: labels.IDENTITY_TBS,
            1: 1,
            2: user.bytes,
            3: after.number + 1 if after else 1,
            4: int(kind),
            5: after.hash if after else ZEROS,
            6: seeds.public.to_value(),
            7: made_at,
        }
    )
    entry: dict[int, Value] = {
        0: labels.IDENTITY_ENTRY,
        1: 1,
        2: tbs,
        3: list(seeds.sign_pair(labels.SIGN_IDENTITY, tbs)),
    }
    if kind is Kind.SUCCESSOR and old_seeds is not None:
        entry[4] = list(old_seeds.sign_pair(labels.SIGN_SUCCESSOR, tbs))
    return encode(entry)


def read_entry(data: bytes) -> IdentityEntry:
    """Decodes an entry and checks its shape and its own signatures, but not the chain before it.

    Raises WireError.
    """
    outer = open_map(data, kind=labels.IDENTITY_ENTRY, limit=LIMIT, required=(2, 3), optional=(4,))
    tbs = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs, kind=labels.IDENTITY_TBS, limit=LIMIT, required=range(2, 8))
    entry = IdentityEntry(
        raw=data,
        tbs=tbs,
        user=inner.uuid(2),
        number=inner.uint(3, 1),
        kind=Kind(inner.uint(4, 1, 3)),
        previous=inner.bytes(5, 32),
        keys=read_public_keys(inner.array(6, 3)),
        made_at=inner.uint(7),
        signatures=read_pair(outer.array(3, 2)),
        old_signatures=read_pair(outer.array(4, 2)) if outer.has(4) else None,
    )
    first = entry.kind is Kind.FIRST
    if (entry.number == 1) != first or (entry.previous == ZEROS) != first:
        raise WireError("chain", "only the first entry is number 1 and follows nothing")
    if (entry.old_signatures is not None) != (entry.kind is Kind.SUCCESSOR):
        raise WireError("malformed", "a successor, and only a successor, has the old signatures")
    entry.keys.verify_pair(labels.SIGN_IDENTITY, tbs, entry.signatures)
    return entry


def check_follows(entry: IdentityEntry, before: IdentityEntry | None) -> None:
    """Whether `entry` continues the chain whose newest entry is `before`.

    Raises WireError: "chain" if it does not, "signature" if a successor lacks the old consent.
    """
    if before is None:
        if entry.kind is not Kind.FIRST:
            raise WireError("chain", "the chain does not start with a first entry")
        return
    if (
        entry.user != before.user
        or entry.number != before.number + 1
        or entry.previous != before.hash
    ):
        raise WireError("chain", "the entry does not follow the one before it")
    if entry.old_signatures is not None:
        before.keys.verify_pair(labels.SIGN_SUCCESSOR, entry.tbs, entry.old_signatures)
