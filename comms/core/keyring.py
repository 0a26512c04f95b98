"""The keys of encrypted fields: data keys for each workspace, wrapped by a key-encryption key.

A workspace has data keys (AES-256-GCM, the newest seals, all open) and one index key (HMAC-SHA256, never
changed, since every stored blind index depends on it). They are stored wrapped; the key-encryption key
that wraps them comes from the environment or a file, and a KMS fits behind `KeyEncryptionKeys`. This
module owns no table: an app gives it a `KeyStore`.

A sealed value is version ‖ key id (16) ‖ nonce (12, random) ‖ ciphertext and tag. Random nonces allow
2^32 values under one data key (NIST SP 800-38D, 8.3); rotate before.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import os
import threading
import time
import uuid
from dataclasses import dataclass, replace
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.translation import gettext as _

from comms.core.ids import uuid7
from comms.core.key_encryption import (
    NONCE_BYTES,
    KeyEncryptionKeys,
    LocalKeys,
    MissingKeyError,
    SealedValueError,
)

VERSION = b"\x01"
KEY_ID = slice(1, 17)
OVERHEAD_BYTES = 1 + 16 + NONCE_BYTES + 16
"""How much longer a sealed value is than what is in it."""

CACHE_SECONDS = 300.0
CACHED_WORKSPACES = 512


class Purpose(enum.StrEnum):
    """What a stored key is for."""

    FIELDS = "fields"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it is stored. `kek_id` names the key-encryption key that opens it."""

    id: uuid.UUID
    purpose: Purpose
    version: int
    kek_id: str
    wrapped: bytes


class KeyStore(Protocol):
    """Where wrapped keys are kept."""

    def load(self, workspace_id: uuid.UUID) -> list[WrappedKey]:
        """All keys of the workspace."""

    def add(self, workspace_id: uuid.UUID, key: WrappedKey) -> WrappedKey:
        """Store `key` and commit it at once, whatever becomes of the caller's transaction.

        A value sealed with a key that was rolled back would be lost. Returns the key that stands for
        this purpose and version, which is another's when they were first.
        """

    def replace(self, workspace_id: uuid.UUID, key: WrappedKey) -> None:
        """Store a new wrapping of a key."""


class Ring:
    """The opened keys of one workspace. Kept in memory for a short time only."""

    __slots__ = ("_ciphers", "_header", "_index_key", "current", "expires_at")

    def __init__(
        self, current: uuid.UUID, ciphers: dict[bytes, AESGCM], index_key: bytes, expires_at: float
    ) -> None:
        self.current = current
        self.expires_at = expires_at
        self._ciphers = ciphers
        self._header = VERSION + current.bytes
        self._index_key = index_key

    def seal(self, aad: bytes, plaintext: bytes) -> bytes:
        """`plaintext` under the newest key, bound to `aad`."""
        nonce = os.urandom(NONCE_BYTES)
        header = self._header
        return header + nonce + self._ciphers[header[1:]].encrypt(nonce, plaintext, header + aad)

    def open(self, aad: bytes, sealed: bytes) -> bytes:
        """What `seal` was given. Raises KeyError for an unknown key, SealedValueError for anything else."""
        if len(sealed) < OVERHEAD_BYTES or sealed[:1] != VERSION:
            raise SealedValueError(_("A stored value is not in the form that this version reads."))
        cipher = self._ciphers[sealed[KEY_ID]]
        try:
            return cipher.decrypt(sealed[17:29], sealed[29:], sealed[:17] + aad)
        except InvalidTag as error:
            raise SealedValueError(
                _("A stored value was changed, or moved from another place, and can't be read.")
            ) from error

    def index(self, context: bytes, value: bytes) -> bytes:
        """The keyed hash of a value: equal values of one context are equal, and that is all it tells."""
        return hmac.digest(self._index_key, context + b"\x00" + value, "sha256")


_store: KeyStore | None = None
_keys: KeyEncryptionKeys | None = None
_rings: dict[uuid.UUID, Ring] = {}
_lock = threading.Lock()


def use_store(store: KeyStore) -> None:
    """Say where wrapped keys are kept. Called once, when the app that owns the table is ready."""
    global _store
    _store = store


def use_key_encryption_keys(keys: KeyEncryptionKeys | None) -> None:
    """Wrap with something other than the settings' keys (a KMS); None returns to the settings."""
    global _keys
    _keys = keys
    forget()


def key_encryption_keys() -> KeyEncryptionKeys:
    """What wraps data keys in this process. Raises ImproperlyConfigured when the settings are wrong."""
    global _keys
    if _keys is None:
        _keys = LocalKeys(settings.KEY_ENCRYPTION_KEY, settings.KEY_ENCRYPTION_KEYS_OLD)
    return _keys


def forget(workspace_id: uuid.UUID | None = None) -> None:
    """Drop opened keys from memory: of one workspace, or all."""
    with _lock:
        if workspace_id is None:
            _rings.clear()
        else:
            _rings.pop(workspace_id, None)


def ring_of(workspace_id: uuid.UUID) -> Ring:
    """The opened keys of a workspace, made at the first use.

    Raises MissingKeyError when a key can't be unwrapped; the message names the key-encryption key.
    """
    ring = _rings.get(workspace_id)
    if ring is None or ring.expires_at < time.monotonic():
        ring = _load(workspace_id)
    return ring


def seal(workspace_id: uuid.UUID, aad: bytes, plaintext: bytes) -> bytes:
    """`plaintext` sealed for the workspace, bound to `aad`."""
    return ring_of(workspace_id).seal(aad, plaintext)


def unseal(workspace_id: uuid.UUID, aad: bytes, sealed: bytes) -> bytes:
    """What `seal` was given. Raises SealedValueError or MissingKeyError, never returns anything else."""
    try:
        return ring_of(workspace_id).open(aad, sealed)
    except KeyError:
        pass
    # Another process may have made a newer key since we looked.
    try:
        return _load(workspace_id).open(aad, sealed)
    except KeyError as error:
        raise MissingKeyError(
            _("The data key %(id)s of this workspace is missing.")
            % {"id": uuid.UUID(bytes=bytes(sealed[KEY_ID]))}
        ) from error


def add_data_key(workspace_id: uuid.UUID) -> uuid.UUID:
    """Make a new data key; from now on this process seals with it, others within CACHE_SECONDS."""
    ring_of(workspace_id)  # a workspace without keys gets its first ones
    newest = max(
        key.version for key in _require_store().load(workspace_id) if key.purpose is Purpose.FIELDS
    )
    added = _make(workspace_id, Purpose.FIELDS, newest + 1)
    forget(workspace_id)
    return added.id


def rewrap(workspace_id: uuid.UUID) -> int:
    """Wrap all keys of the workspace under the current key-encryption key; how many were under another."""
    keys = key_encryption_keys()
    store = _require_store()
    changed = 0
    for stored in store.load(workspace_id):
        if stored.kek_id == keys.current_id:
            continue
        context = _context(workspace_id, stored.id, stored.purpose, stored.version)
        secret = keys.unwrap(stored.kek_id, stored.wrapped, context)
        store.replace(
            workspace_id,
            replace(stored, kek_id=keys.current_id, wrapped=keys.wrap(secret, context)),
        )
        changed += 1
    return changed


def _require_store() -> KeyStore:
    if _store is None:
        raise ImproperlyConfigured("No app gave the keyring a place for its keys.")
    return _store


def _load(workspace_id: uuid.UUID) -> Ring:
    store, keys = _require_store(), key_encryption_keys()
    stored = store.load(workspace_id)
    for purpose in Purpose:
        if not any(key.purpose is purpose for key in stored):
            stored.append(_make(workspace_id, purpose, 1))
    ciphers: dict[bytes, AESGCM] = {}
    newest: WrappedKey | None = None
    index_key = b""
    for key in stored:
        context = _context(workspace_id, key.id, key.purpose, key.version)
        secret = keys.unwrap(key.kek_id, key.wrapped, context)
        if key.purpose is Purpose.INDEX:
            index_key = secret
            continue
        ciphers[key.id.bytes] = AESGCM(secret)
        if newest is None or key.version > newest.version:
            newest = key
    if newest is None or len(index_key) != 32:
        raise MissingKeyError(_("The keys of this workspace are incomplete."))
    ring = Ring(newest.id, ciphers, index_key, time.monotonic() + CACHE_SECONDS)
    with _lock:
        if len(_rings) >= CACHED_WORKSPACES:
            _rings.clear()
        _rings[workspace_id] = ring
    return ring


def _make(workspace_id: uuid.UUID, purpose: Purpose, version: int) -> WrappedKey:
    keys = key_encryption_keys()
    key_id = uuid7()
    context = _context(workspace_id, key_id, purpose, version)
    wrapped = keys.wrap(AESGCM.generate_key(256), context)
    return _require_store().add(
        workspace_id, WrappedKey(key_id, purpose, version, keys.current_id, wrapped)
    )


def _context(workspace_id: uuid.UUID, key_id: uuid.UUID, purpose: Purpose, version: int) -> bytes:
    """What a wrapping is bound to, so that a stored key can't stand in for another."""
    text = f"entente data key v1|{workspace_id}|{key_id}|{purpose}|{version}"
    return hashlib.sha256(text.encode()).digest()


def _on_setting(*, setting: str, **_kwargs: object) -> None:
    if setting.startswith("KEY_ENCRYPTION_KEY"):
        use_key_encryption_keys(None)


setting_changed.connect(_on_setting, dispatch_uid="core.keyring")
