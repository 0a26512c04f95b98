"""Epoch records: one generation of a thread's key, who holds it, and proof that all got the same.

What may follow what is in epoch_rules; making a new epoch is in epoch_making.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from comms.wire import hpke, labels
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, open_map, uint, uuid
from comms.wire.hashing import ZEROS, derive, hmac, same, sha256
from comms.wire.keys import PublicKeys
from comms.wire.leaving import LIMIT as NOTICE_LIMIT
from comms.wire.leaving import NOTICES_LIMIT, LeaveNotice, read_leave_notice
from comms.wire.padding import FLOOR, pad, unpad
from comms.wire.roster import (
    ROSTER_LIMIT,
    Policy,
    RosterRow,
    find,
    read_policy,
    read_roster,
)
from comms.wire.seal import OVERHEAD, open_box, seal
from comms.wire.sign import SignaturePair, read_pair
from comms.wire.transcript import Head

LIMIT: Final = 96 * 1024
UPLOAD_LIMIT: Final = LIMIT + ROSTER_LIMIT * 1200
KEY_SIZE: Final = 32
WRAP_SIZE: Final = hpke.WRAP_OVERHEAD + KEY_SIZE
SUITE: Final = 1
TITLE_LIMIT: Final = 400
PINS_LIMIT: Final = 100
ABOUT_LIMIT: Final = 16_384
CHECKPOINT_LIMIT: Final = 2048


@dataclass(frozen=True)
class About:
    """What the roster's members call the thread, and the envelopes they pinned."""

    title: str
    pins: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class EpochTbs:
    """What an epoch's author signs. `start`: where the thread stood; times in milliseconds."""

    thread: UUID
    number: int
    previous: bytes
    author: UUID
    author_fingerprint: bytes
    start: Head
    roster: tuple[RosterRow, ...]
    policy: Policy
    wrap_hashes: tuple[bytes, ...]
    about_box: bytes
    made_at: int
    checkpoint: bytes
    continues: tuple[UUID, bytes] | None = None
    leaves: tuple[LeaveNotice, ...] = ()
    suite: int = SUITE

    def encode(self) -> bytes:
        value: dict[int, Value] = {
            0: labels.EPOCH_TBS,
            1: 1,
            2: self.suite,
            3: self.thread.bytes,
            4: self.number,
            5: self.previous,
            6: [self.author.bytes, self.author_fingerprint],
            7: self.checkpoint,
            8: [self.start.seq, self.start.t],
            9: [row.to_value() for row in self.roster],
            10: self.policy.to_value(),
            11: list(self.wrap_hashes),
            12: self.about_box,
            13: self.made_at,
        }
        if self.continues is not None:
            value[14] = [self.continues[0].bytes, self.continues[1]]
        if self.leaves:
            value[15] = [notice.raw for notice in self.leaves]
        data = encode(value)
        read_tbs(data)
        return data


@dataclass(frozen=True)
class EpochRecord:
    """A decoded record. `raw` is what is stored and passed on."""

    raw: bytes
    tbs_raw: bytes
    tbs: EpochTbs
    tag: bytes
    signatures: SignaturePair

    @cached_property
    def hash(self) -> bytes:
        return sha256(self.tbs_raw, self.tag)


@dataclass(frozen=True)
class EpochUpload:
    """A record with its wraps, in the order of the roster."""

    record: EpochRecord
    wraps: tuple[bytes, ...]


def confirm_tag(key: bytes, tbs_raw: bytes) -> bytes:
    """Proof that whoever checks it holds the key that the author meant."""
    return hmac(derive(key, labels.DERIVE_CONFIRM), tbs_raw)


def wrap_info(label: str, thread: UUID, number: int, previous: bytes, recipient: bytes) -> bytes:
    """`info` of the HPKE wrap of an epoch key for one recipient's fingerprint."""
    return encode([label, thread.bytes, number, previous, recipient])


def read_tbs(data: bytes) -> EpochTbs:
    fields = open_map(
        data, kind=labels.EPOCH_TBS, limit=LIMIT, required=range(2, 14), optional=(14, 15)
    )
    if fields.uint(2) != SUITE:
        raise WireError("unsupported", f"suite {fields.uint(2)}")
    author, author_fingerprint = fields.array(6, 2)
    seq, t = fields.array(8, 2)
    tbs = EpochTbs(
        suite=SUITE,
        thread=fields.uuid(3),
        number=fields.uint(4, 1),
        previous=fields.bytes(5, 32),
        author=uuid(author),
        author_fingerprint=octets(author_fingerprint, 32),
        checkpoint=fields.bytes(7, 1, CHECKPOINT_LIMIT),
        start=Head(uint(seq), octets(t, 32)),
        roster=read_roster(fields.array(9, 1, ROSTER_LIMIT)),
        policy=read_policy(fields.array(10, 4)),
        wrap_hashes=tuple(octets(one, 32) for one in fields.array(11, 1, ROSTER_LIMIT)),
        about_box=fields.bytes(12, FLOOR + OVERHEAD, ABOUT_LIMIT + OVERHEAD),
        made_at=fields.uint(13),
        continues=_read_continues(fields.array(14, 2)) if fields.has(14) else None,
        leaves=_read_leaves(fields.array(15, 1, NOTICES_LIMIT)) if fields.has(15) else (),
    )
    if len(tbs.wrap_hashes) != len(tbs.roster):
        raise WireError("malformed", "not one wrap for each member")
    if (tbs.number == 1) != (tbs.previous == ZEROS):
        raise WireError("chain", "only epoch 1 follows nothing")
    return tbs


def read_record(data: bytes) -> EpochRecord:
    """Checks shape, suite and sizes; neither signatures nor chain nor tag. Raises WireError."""
    outer = open_map(data, kind=labels.EPOCH_RECORD, limit=LIMIT, required=(2, 3, 4))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    return EpochRecord(
        raw=data,
        tbs_raw=tbs_raw,
        tbs=read_tbs(tbs_raw),
        tag=outer.bytes(3, 32),
        signatures=read_pair(outer.array(4, 2)),
    )


def verify_record(record: EpochRecord, author: PublicKeys) -> None:
    """Raises WireError unless `author` is the one named and both signatures verify."""
    if author.fingerprint != record.tbs.author_fingerprint:
        raise WireError("signature", "the record names other keys of its author")
    author.verify_pair(labels.SIGN_EPOCH, record.tbs_raw + record.tag, record.signatures)


def open_epoch_key(record: EpochRecord, member: UUID, seed: bytes, wrapped: bytes) -> bytes:
    """The epoch key from this member's wrap and X-Wing seed.

    Raises WireError: "chain" if the record does not list the member or this wrap, "unsealed" if the
    wrap does not open, "commitment" if it holds another key than the rest got.
    """
    tbs = record.tbs
    row = find(tbs.roster, member)
    if row is None or tbs.wrap_hashes[tbs.roster.index(row)] != sha256(wrapped):
        raise WireError("chain", "the record lists no such wrap for this member")
    info = wrap_info(labels.WRAP_EPOCH_KEY, tbs.thread, tbs.number, tbs.previous, row.fingerprint)
    return checked_key(record, hpke.unwrap(seed, info, wrapped))


def open_history_key(record: EpochRecord, fingerprint: bytes, seed: bytes, wrapped: bytes) -> bytes:
    """The key of an earlier epoch, given to a joiner with these keys. Raises WireError."""
    tbs = record.tbs
    info = wrap_info(labels.WRAP_HISTORY, tbs.thread, tbs.number, tbs.previous, fingerprint)
    return checked_key(record, hpke.unwrap(seed, info, wrapped))


def checked_key(record: EpochRecord, key: bytes) -> bytes:
    """`key`, if it is the one that the record's tag confirms. Raises WireError("commitment")."""
    if len(key) != KEY_SIZE or not same(confirm_tag(key, record.tbs_raw), record.tag):
        raise WireError("commitment", "another key than the record confirms")
    return key


def read_upload(data: bytes) -> EpochUpload:
    """A record with wraps that match its hashes. Raises WireError."""
    fields = open_map(data, kind=labels.EPOCH_UPLOAD, limit=UPLOAD_LIMIT, required=(2, 3))
    record = read_record(fields.bytes(2, 1, LIMIT))
    wraps = tuple(octets(one, WRAP_SIZE) for one in fields.array(3, 1, ROSTER_LIMIT))
    if tuple(sha256(one) for one in wraps) != record.tbs.wrap_hashes:
        raise WireError("chain", "the wraps are not those of the record")
    return EpochUpload(record, wraps)


def seal_about(key: bytes, thread: UUID, number: int, previous: bytes, about: About) -> bytes:
    value: dict[int, Value] = {0: labels.ABOUT, 1: 1, 2: about.title, 3: list(about.pins)}
    data = encode(value)
    read_about(data)
    return seal(key, labels.SEAL_ABOUT, _about_context(thread, number, previous), pad(data))


def open_about(record: EpochRecord, key: bytes) -> About:
    """Title and pins. Raises WireError."""
    tbs = record.tbs
    context = _about_context(tbs.thread, tbs.number, tbs.previous)
    return read_about(unpad(open_box(key, labels.SEAL_ABOUT, context, tbs.about_box)))


def read_about(data: bytes) -> About:
    fields = open_map(data, kind=labels.ABOUT, limit=ABOUT_LIMIT, required=(2, 3))
    return About(
        title=fields.text(2, 1, TITLE_LIMIT),
        pins=tuple(octets(one, 32) for one in fields.array(3, 0, PINS_LIMIT)),
    )


def _about_context(thread: UUID, number: int, previous: bytes) -> bytes:
    return encode([thread.bytes, number, previous])


def _read_leaves(values: Sequence[Value]) -> tuple[LeaveNotice, ...]:
    return tuple(read_leave_notice(octets(one, 1, NOTICE_LIMIT)) for one in values)


def _read_continues(value: Value) -> tuple[UUID, bytes]:
    thread, epoch = array(value, 2)
    return uuid(thread), octets(epoch, 32)
