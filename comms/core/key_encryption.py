"""Key-encryption keys: what opens and closes the data keys that are stored in the database.

They come from the environment or a file. A KMS fits behind `KeyEncryptionKeys`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Iterable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from comms.core.errors import CommsError, UnavailableError

NONCE_BYTES = 12


class SealedValueError(CommsError):
    """A sealed value doesn't belong to this row, column or workspace, or was changed."""

    status = 500
    code = "sealed_value"


class MissingKeyError(UnavailableError):
    """A key that something stored depends on isn't here. The message names it."""

    code = "missing_key"


class KeyEncryptionKeys(Protocol):
    """Wraps data keys. A KMS needs only these."""

    @property
    def current_id(self) -> str:
        """The key that wraps from now on."""

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` wrapped under the current key, bound to `context`."""

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The key again. Raises MissingKeyError, naming the key, when `key_id` isn't held."""


class LocalKeys:
    """Key-encryption keys from the settings: the current one, and old ones that may still be needed."""

    def __init__(self, current: str, old: Iterable[str] = ()) -> None:
        secret = _decoded("KEY_ENCRYPTION_KEY", current)
        self.current_id = key_encryption_key_id(secret)
        self._ciphers = {self.current_id: AESGCM(secret)}
        for word in old:
            previous = _decoded("KEY_ENCRYPTION_KEYS_OLD", word)
            self._ciphers.setdefault(key_encryption_key_id(previous), AESGCM(previous))

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """`key` under the current key: nonce ‖ ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._ciphers[self.current_id].encrypt(nonce, key, context)

    def unwrap(self, key_id: str, wrapped: bytes, context: bytes) -> bytes:
        """The key again."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise MissingKeyError(
                _(
                    "The key-encryption key %(id)s is missing. Set it as KEY_ENCRYPTION_KEY, or add it "
                    "to KEY_ENCRYPTION_KEYS_OLD."
                )
                % {"id": key_id}
            )
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except InvalidTag as error:
            raise SealedValueError(_("A stored key was changed and can't be opened.")) from error


def key_encryption_key_id(secret: bytes) -> str:
    """The public name of a key-encryption key: 16 hexadecimal digits that don't reveal it."""
    return hmac.digest(secret, b"entente key-encryption key id v1", "sha256").hex()[:16]


def _decoded(name: str, word: str) -> bytes:
    try:
        secret = base64.b64decode(word, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"{name} must be base64 of 32 random bytes.") from error
    if len(secret) != 32:
        raise ImproperlyConfigured(f"{name} must be base64 of exactly 32 random bytes.")
    return secret
