"""Versions of a form: whoever reads the answers signs what is asked.

Without this signature a server could show somebody a sealed question as an open one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import encode
from comms.wire.epochs import EpochRecord
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.form_keys import EpochRef, Signer, read_epoch_ref, read_signer
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.roster import Role, find
from comms.wire.sign import SignaturePair, read_pair

LIMIT: Final = 8192
DEFINITION_LIMIT: Final = 256 * 1024


@dataclass(frozen=True)
class FormVersion:
    """A decoded statement. `definition_hash` is the SHA-256 of the definition's exact bytes."""

    raw: bytes
    tbs_raw: bytes
    thread: UUID
    number: int
    definition_hash: bytes
    epoch: EpochRef
    signer: Signer
    made_at: int
    signatures: SignaturePair

    @cached_property
    def hash(self) -> bytes:
        """What a submission names its version by."""
        return sha256(self.tbs_raw)


def sign_version(
    *,
    record: EpochRecord,
    number: int,
    definition: bytes,
    member: UUID,
    seeds: IdentitySeeds,
    made_at: int,
) -> bytes:
    """The signed statement by a reader in the roster of `record`. `made_at` in milliseconds."""
    tbs_raw = encode(
        {
            0: labels.FORM_VERSION_TBS,
            1: 1,
            2: record.tbs.thread.bytes,
            3: number,
            4: sha256(definition),
            5: EpochRef(record.tbs.number, record.hash).to_value(),
            6: Signer(member, seeds.public.fingerprint).to_value(),
            7: made_at,
        }
    )
    signatures = seeds.sign_pair(labels.SIGN_FORM_VERSION, tbs_raw)
    data = encode({0: labels.FORM_VERSION, 1: 1, 2: tbs_raw, 3: list(signatures)})
    read_version(data)
    return data


def read_version(data: bytes) -> FormVersion:
    """Checks the shape, not the signatures. Raises WireError."""
    outer = open_map(data, kind=labels.FORM_VERSION, limit=LIMIT, required=(2, 3))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs_raw, kind=labels.FORM_VERSION_TBS, limit=LIMIT, required=range(2, 8))
    return FormVersion(
        raw=data,
        tbs_raw=tbs_raw,
        thread=inner.uuid(2),
        number=inner.uint(3, 1),
        definition_hash=inner.bytes(4, 32),
        epoch=read_epoch_ref(inner.array(5, 2)),
        signer=read_signer(inner.array(6, 2)),
        made_at=inner.uint(7),
        signatures=read_pair(outer.array(3, 2)),
    )


def verify_version(
    version: FormVersion, record: EpochRecord, signer: PublicKeys, definition: bytes
) -> None:
    """Raises WireError unless an owner or member of this epoch signed exactly this definition."""
    tbs = record.tbs
    if version.thread != tbs.thread or version.epoch != EpochRef(tbs.number, record.hash):
        raise WireError("chain", "a version of another epoch")
    row = find(tbs.roster, version.signer.member)
    if row is None or row.fingerprint != version.signer.fingerprint:
        raise WireError("chain", "a version by somebody who is no reader")
    if row.role not in (Role.OWNER, Role.MEMBER):
        raise WireError("chain", "a version by somebody who may not publish")
    if signer.fingerprint != version.signer.fingerprint:
        raise WireError("signature", "the version names other keys of its signer")
    if sha256(definition) != version.definition_hash:
        raise WireError("chain", "another definition than the one that was signed")
    signer.verify_pair(labels.SIGN_FORM_VERSION, version.tbs_raw, version.signatures)
