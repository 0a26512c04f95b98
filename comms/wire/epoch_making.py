"""Making a new epoch: a fresh key, one wrap for each member, the record that binds them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from comms.wire import hpke, labels
from comms.wire.cbor import encode
from comms.wire.epochs import (
    KEY_SIZE,
    About,
    EpochRecord,
    EpochTbs,
    confirm_tag,
    read_upload,
    seal_about,
    wrap_info,
)
from comms.wire.errors import WireError
from comms.wire.hashing import ZEROS, sha256
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.leaving import LeaveNotice
from comms.wire.roster import Policy, RosterRow, sort_roster
from comms.wire.transcript import Head


@dataclass(frozen=True)
class NewEpoch:
    """`upload` is what the server gets; `key` never leaves the author."""

    upload: bytes
    record: EpochRecord
    wraps: tuple[bytes, ...]
    key: bytes = field(repr=False)


def make_epoch(
    *,
    thread: UUID,
    before: EpochRecord | None,
    author: UUID,
    seeds: IdentitySeeds,
    roster: Sequence[RosterRow],
    keys: Mapping[UUID, PublicKeys],
    policy: Policy,
    about: About,
    start: Head,
    made_at: int,
    checkpoint: bytes,
    leaves: tuple[LeaveNotice, ...] = (),
    continues: tuple[UUID, bytes] | None = None,
) -> NewEpoch:
    """The epoch after `before`, or epoch 1. `keys` holds the checked keys of every member.

    `checkpoint` is the author's newest one of the identity log, bare; `leaves` are the notices of those
    whom it leaves out by their own wish; `continues` is the thread that a new one continues, with its newest epoch.

    Raises WireError if a member's keys are missing or are not those of the roster.
    """
    key = os.urandom(KEY_SIZE)
    rows = sort_roster(roster)
    number = before.tbs.number + 1 if before else 1
    previous = before.hash if before else ZEROS
    wraps = tuple(_wrap(key, row, keys, thread, number, previous) for row in rows)
    tbs_raw = EpochTbs(
        thread=thread,
        number=number,
        previous=previous,
        author=author,
        author_fingerprint=seeds.public.fingerprint,
        start=start,
        roster=rows,
        policy=policy,
        wrap_hashes=tuple(sha256(one) for one in wraps),
        about_box=seal_about(key, thread, number, previous, about),
        made_at=made_at,
        checkpoint=checkpoint,
        leaves=leaves,
        continues=continues,
    ).encode()
    record = sign_record(tbs_raw, confirm_tag(key, tbs_raw), seeds)
    upload = encode({0: labels.EPOCH_UPLOAD, 1: 1, 2: record, 3: list(wraps)})
    return NewEpoch(upload, read_upload(upload).record, wraps, key)


def sign_record(tbs_raw: bytes, tag: bytes, seeds: IdentitySeeds) -> bytes:
    """The signed record of an encoded tbs and its tag."""
    signatures = seeds.sign_pair(labels.SIGN_EPOCH, tbs_raw + tag)
    return encode({0: labels.EPOCH_RECORD, 1: 1, 2: tbs_raw, 3: tag, 4: list(signatures)})


def wrap_history(record: EpochRecord, key: bytes, recipient: PublicKeys) -> bytes:
    """An earlier epoch's key for a joiner. The caller has checked `key` against the record."""
    tbs = record.tbs
    info = wrap_info(
        labels.WRAP_HISTORY, tbs.thread, tbs.number, tbs.previous, recipient.fingerprint
    )
    return hpke.wrap(recipient.xwing, info, key)


def _wrap(
    key: bytes,
    row: RosterRow,
    keys: Mapping[UUID, PublicKeys],
    thread: UUID,
    number: int,
    previous: bytes,
) -> bytes:
    public = keys.get(row.member)
    if public is None or public.fingerprint != row.fingerprint:
        raise WireError("chain", "the keys at hand are not those of the roster")
    info = wrap_info(labels.WRAP_EPOCH_KEY, thread, number, previous, row.fingerprint)
    return hpke.wrap(public.xwing, info, key)
