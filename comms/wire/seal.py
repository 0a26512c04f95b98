"""seal and open: the only way to encrypt content (files apart, which have their own chunks).

A fresh salt gives every box its own cipher key, which is why the nonce may be zero here and nowhere
else. The commitment binds the box to one key: nobody can make a box that opens under two keys.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.hashing import hkdf, same

SALT_SIZE: Final = 32
OVERHEAD: Final = 80  # salt, commitment, tag
_ZERO_NONCE: Final = bytes(12)


def seal(key: bytes, label: str, context: bytes, plaintext: bytes) -> bytes:
    """salt ‖ commitment ‖ ciphertext under the 32-byte `key`, bound to `label` and `context`."""
    return unsafe_seal_with_salt(key, label, context, plaintext, os.urandom(SALT_SIZE))


def unsafe_seal_with_salt(
    key: bytes, label: str, context: bytes, plaintext: bytes, salt: bytes
) -> bytes:
    """As seal, with a salt from outside: for test vectors only, since a salt must never repeat."""
    cipher_key, commitment = _keys(key, label, context, salt)
    return salt + commitment + AESGCM(cipher_key).encrypt(_ZERO_NONCE, plaintext, None)


def open_box(key: bytes, label: str, context: bytes, box: bytes) -> bytes:
    """The plaintext of a box.

    Raises WireError: "malformed" for too few bytes, "commitment" for another key, label or context,
    "unsealed" for changed bytes.
    """
    if len(box) < OVERHEAD:
        raise WireError("malformed", "a box of too few bytes")
    cipher_key, commitment = _keys(key, label, context, box[:SALT_SIZE])
    if not same(commitment, box[SALT_SIZE:64]):
        raise WireError("commitment", "the box was made for another key or place")
    try:
        return AESGCM(cipher_key).decrypt(_ZERO_NONCE, box[64:], None)
    except InvalidTag:
        raise WireError("unsealed", "the box was changed") from None


def _keys(key: bytes, label: str, context: bytes, salt: bytes) -> tuple[bytes, bytes]:
    if len(key) != 32 or len(salt) != SALT_SIZE:
        raise WireError("malformed", "a key or salt of the wrong size")
    both = hkdf(key, salt=salt, info=encode([label, context]), length=64)
    return both[:32], both[32:]
