"""The vault: a person's seeds, pins and heads, sealed under the vault key and signed.

The vault key itself is wrapped once for each way to unlock it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.argon import Argon2
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import Fields, array, octets, open_map, uint, uuid
from comms.wire.keys import SEED_SIZE, IdentitySeeds, PublicKeys
from comms.wire.padding import FLOOR, pad, unpad
from comms.wire.seal import OVERHEAD, open_box, seal
from comms.wire.sign import ED25519_SIGNATURE
from comms.wire.transcript import Head

LIMIT: Final = 2 * 1024 * 1024
CONTENTS_LIMIT: Final = 1024 * 1024
_BOX_LIMIT: Final = CONTENTS_LIMIT + 65_536 + OVERHEAD
_ROWS: Final = 10_000


class PinState(IntEnum):
    UNVERIFIED = 1
    VERIFIED = 2
    CHANGED = 3


class WrapKind(IntEnum):
    PASSPHRASE = 1
    PASSKEY = 2
    RECOVERY_CODE = 3
    RECOVERY_SECRET = 4


@dataclass(frozen=True)
class Pin:
    """The fingerprint that this person has seen (or verified) for another; `at` in milliseconds."""

    user: UUID
    fingerprint: bytes
    number: int
    state: PinState
    at: int


@dataclass(frozen=True)
class ThreadHead:
    """The newest epoch and transcript head that this person has seen of a thread."""

    thread: UUID
    epoch: int
    epoch_hash: bytes
    head: Head


@dataclass(frozen=True)
class VaultContents:
    seeds: IdentitySeeds = field(repr=False)
    number: int
    entry_hash: bytes
    old_xwing: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)
    pins: tuple[Pin, ...] = ()
    heads: tuple[ThreadHead, ...] = ()
    checkpoint: bytes | None = None
    recovery_secret: bytes | None = field(default=None, repr=False)
    preferences: bytes | None = None


@dataclass(frozen=True)
class Vault:
    """A vault as the server holds it: owner, version number and signer visible, the rest sealed."""

    raw: bytes
    tbs: bytes
    user: UUID
    number: int
    signer: bytes
    box: bytes
    signature: bytes


@dataclass(frozen=True)
class VaultWrap:
    """The vault key under one way to unlock it."""

    user: UUID
    kind: WrapKind
    id: bytes
    box: bytes
    argon2: Argon2 | None = None


def make_vault(*, user: UUID, number: int, key: bytes, contents: VaultContents) -> bytes:
    """Version `number` of the vault, sealed under the vault key, signed by the seeds inside."""
    signer = contents.seeds.public.fingerprint
    sealed = seal(
        key,
        labels.SEAL_VAULT,
        encode([user.bytes, number, signer]),
        pad(encode_contents(contents)),
    )
    tbs = encode({0: labels.VAULT_TBS, 1: 1, 2: user.bytes, 3: number, 4: signer, 5: sealed})
    signature = contents.seeds.sign(labels.SIGN_VAULT, tbs)
    return encode({0: labels.VAULT, 1: 1, 2: tbs, 3: signature})


def read_vault(data: bytes) -> Vault:
    """Checks the outside. Raises WireError. The signature is checked by verify_vault."""
    outer = open_map(data, kind=labels.VAULT, limit=LIMIT, required=(2, 3))
    tbs = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs, kind=labels.VAULT_TBS, limit=LIMIT, required=range(2, 6))
    return Vault(
        raw=data,
        tbs=tbs,
        user=inner.uuid(2),
        number=inner.uint(3, 1),
        signer=inner.bytes(4, 32),
        box=inner.bytes(5, FLOOR + OVERHEAD, _BOX_LIMIT),
        signature=outer.bytes(3, ED25519_SIGNATURE),
    )


def verify_vault(vault: Vault, signer: PublicKeys) -> None:
    """Raises WireError unless `signer` is the named one and signed this vault."""
    if signer.fingerprint != vault.signer:
        raise WireError("signature", "the vault names another signer")
    signer.verify(labels.SIGN_VAULT, vault.tbs, vault.signature)


def open_vault(vault: Vault, key: bytes) -> VaultContents:
    """The contents. Raises WireError, also if the seeds inside did not sign this vault."""
    context = encode([vault.user.bytes, vault.number, vault.signer])
    contents = decode_contents(unpad(open_box(key, labels.SEAL_VAULT, context, vault.box)))
    verify_vault(vault, contents.seeds.public)
    return contents


def make_wrap(
    *, user: UUID, kind: WrapKind, id: bytes, wrap_key: bytes, key: bytes, argon2: Argon2 | None
) -> bytes:
    """The vault key `key` under `wrap_key`; `argon2` for a passphrase only."""
    context = _wrap_context(user, kind, id, argon2)
    value: dict[int, Value] = {
        0: labels.VAULT_WRAP,
        1: 1,
        2: user.bytes,
        3: int(kind),
        4: id,
        5: seal(wrap_key, labels.SEAL_VAULT_WRAP, context, key),
    }
    if argon2 is not None:
        value[6] = argon2.to_value()
    data = encode(value)
    read_wrap(data)
    return data


def read_wrap(data: bytes) -> VaultWrap:
    """Raises WireError, "weak" among them for Argon2id parameters below the floor."""
    fields = open_map(data, kind=labels.VAULT_WRAP, limit=1024, required=range(2, 6), optional=(6,))
    kind = WrapKind(fields.uint(3, 1, 4))
    if fields.has(6) != (kind is WrapKind.PASSPHRASE):
        raise WireError("malformed", "a passphrase wrap, and only that, has Argon2id parameters")
    return VaultWrap(
        user=fields.uuid(2),
        kind=kind,
        id=fields.bytes(4, 1, 64),
        box=fields.bytes(5, SEED_SIZE + OVERHEAD),
        argon2=Argon2.read(fields.array(6, 4)) if fields.has(6) else None,
    )


def open_wrap(wrap: VaultWrap, wrap_key: bytes) -> bytes:
    """The vault key. Raises WireError("commitment") for a wrong passphrase, passkey or code."""
    context = _wrap_context(wrap.user, wrap.kind, wrap.id, wrap.argon2)
    return open_box(wrap_key, labels.SEAL_VAULT_WRAP, context, wrap.box)


def _wrap_context(user: UUID, kind: WrapKind, id: bytes, argon2: Argon2 | None) -> bytes:
    return encode([user.bytes, int(kind), id, argon2.to_value() if argon2 else []])


def encode_contents(contents: VaultContents) -> bytes:
    value: dict[int, Value] = {
        0: labels.VAULT_CONTENTS,
        1: 1,
        2: [contents.seeds.ed25519, contents.seeds.mldsa, contents.seeds.xwing],
        3: [contents.number, contents.entry_hash],
        4: [list(pair) for pair in contents.old_xwing],
        5: [[p.user.bytes, p.fingerprint, p.number, int(p.state), p.at] for p in contents.pins],
        6: [[h.thread.bytes, h.epoch, h.epoch_hash, h.head.seq, h.head.t] for h in contents.heads],
    }
    for key, optional in (
        (7, contents.checkpoint),
        (8, contents.recovery_secret),
        (9, contents.preferences),
    ):
        if optional is not None:
            value[key] = optional
    data = encode(value)
    decode_contents(data)
    return data


def decode_contents(data: bytes) -> VaultContents:
    fields = open_map(
        data,
        kind=labels.VAULT_CONTENTS,
        limit=CONTENTS_LIMIT,
        required=range(2, 7),
        optional=(7, 8, 9),
    )
    number, entry_hash = fields.array(3, 2)
    return VaultContents(
        seeds=IdentitySeeds(*(octets(seed, SEED_SIZE) for seed in fields.array(2, 3))),
        number=uint(number, 1),
        entry_hash=octets(entry_hash, 32),
        old_xwing=tuple(_read_old(row) for row in fields.array(4, 0, _ROWS)),
        pins=tuple(_read_pin(row) for row in fields.array(5, 0, _ROWS)),
        heads=tuple(_read_thread_head(row) for row in fields.array(6, 0, _ROWS)),
        checkpoint=_optional(fields, 7, 1, 2048),
        recovery_secret=_optional(fields, 8, SEED_SIZE, SEED_SIZE),
        preferences=_optional(fields, 9, 1, 65_536),
    )


def _optional(fields: Fields, key: int, low: int, high: int) -> bytes | None:
    return fields.bytes(key, low, high) if fields.has(key) else None


def _read_old(row: Value) -> tuple[bytes, bytes]:
    fingerprint, seed = array(row, 2)
    return octets(fingerprint, 32), octets(seed, SEED_SIZE)


def _read_pin(row: Value) -> Pin:
    user, fingerprint, number, state, at = array(row, 5)
    return Pin(
        uuid(user), octets(fingerprint, 32), uint(number, 1), PinState(uint(state, 1, 3)), uint(at)
    )


def _read_thread_head(row: Value) -> ThreadHead:
    thread, epoch, epoch_hash, seq, t = array(row, 5)
    return ThreadHead(
        uuid(thread), uint(epoch, 1), octets(epoch_hash, 32), Head(uint(seq), octets(t, 32))
    )
