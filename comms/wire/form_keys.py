"""Form keys: what the answers of a form are sealed to, one for each epoch of the form's thread.

Whoever has the epoch key derives the private side; everybody else gets the public key, signed by the
epoch's author. A form's link pins the first epoch, and every later one chains from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comms.wire import hpke, labels
from comms.wire.cbor import Value, encode
from comms.wire.epochs import EpochRecord
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, open_map, uint, uuid
from comms.wire.hashing import derive
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.points import check_xwing
from comms.wire.sign import SignaturePair, read_pair

LIMIT: Final = 8192


@dataclass(frozen=True)
class EpochRef:
    """Names one epoch of a thread."""

    number: int
    hash: bytes

    def to_value(self) -> list[Value]:
        return [self.number, self.hash]


@dataclass(frozen=True)
class Signer:
    """Names a person, and the keys that they sign with."""

    member: UUID
    fingerprint: bytes

    def to_value(self) -> list[Value]:
        return [self.member.bytes, self.fingerprint]


@dataclass(frozen=True)
class FormKey:
    """A decoded form key. `raw` is what is stored and passed on; `xwing` is the public key."""

    raw: bytes
    tbs_raw: bytes
    thread: UUID
    epoch: EpochRef
    xwing: bytes
    author: Signer
    signatures: SignaturePair


def form_seed(epoch_key: bytes) -> bytes:
    """The seed of the X-Wing pair that belongs to an epoch's key. Secret."""
    return derive(epoch_key, labels.DERIVE_FORM_KEY)


def make_form_key(record: EpochRecord, epoch_key: bytes, seeds: IdentitySeeds) -> bytes:
    """The signed form key of an epoch, by that epoch's author."""
    tbs = record.tbs
    tbs_raw = encode(
        {
            0: labels.FORM_KEY_TBS,
            1: 1,
            2: tbs.thread.bytes,
            3: tbs.number,
            4: record.hash,
            5: hpke.public_from_seed(form_seed(epoch_key)),
            6: Signer(tbs.author, seeds.public.fingerprint).to_value(),
        }
    )
    signatures = seeds.sign_pair(labels.SIGN_FORM_KEY, tbs_raw)
    data = encode({0: labels.FORM_KEY, 1: 1, 2: tbs_raw, 3: list(signatures)})
    read_form_key(data)
    return data


def read_form_key(data: bytes) -> FormKey:
    """Checks the shape, not the signatures. Raises WireError."""
    outer = open_map(data, kind=labels.FORM_KEY, limit=LIMIT, required=(2, 3))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs_raw, kind=labels.FORM_KEY_TBS, limit=LIMIT, required=range(2, 7))
    xwing = inner.bytes(5, hpke.PUBLIC_SIZE)
    check_xwing(xwing)
    return FormKey(
        raw=data,
        tbs_raw=tbs_raw,
        thread=inner.uuid(2),
        epoch=EpochRef(inner.uint(3, 1), inner.bytes(4, 32)),
        xwing=xwing,
        author=read_signer(inner.array(6, 2)),
        signatures=read_pair(outer.array(3, 2)),
    )


def verify_form_key(key: FormKey, record: EpochRecord, author: PublicKeys) -> None:
    """Raises WireError unless it is of this epoch, and the epoch's author, with these keys, signed it."""
    tbs = record.tbs
    if key.thread != tbs.thread or key.epoch != EpochRef(tbs.number, record.hash):
        raise WireError("chain", "a form key of another epoch")
    if key.author != Signer(tbs.author, tbs.author_fingerprint):
        raise WireError("chain", "a form key by somebody else than the epoch's author")
    if author.fingerprint != key.author.fingerprint:
        raise WireError("signature", "the form key names other keys of its author")
    author.verify_pair(labels.SIGN_FORM_KEY, key.tbs_raw, key.signatures)


def read_epoch_ref(value: Value) -> EpochRef:
    """Raises WireError."""
    number, epoch_hash = array(value, 2)
    return EpochRef(uint(number, 1), octets(epoch_hash, 32))


def read_signer(value: Value) -> Signer:
    """Raises WireError."""
    member, fingerprint = array(value, 2)
    return Signer(uuid(member), octets(fingerprint, 32))
