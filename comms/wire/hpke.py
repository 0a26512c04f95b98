"""Wrapping a secret to someone's X-Wing key: HPKE base mode (RFC 9180), single shot.

KEM MLKEM768-X25519 (X-Wing, 0x647a), HKDF-SHA256, AES-256-GCM. All context stands in `info`; aad is
empty. A private key is the 32-byte seed, expanded by SHAKE-256 as the X-Wing draft says.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from comms.wire.errors import WireError

SEED_SIZE: Final = 32
PUBLIC_SIZE: Final = 1216
ENC_SIZE: Final = 1120
WRAP_OVERHEAD: Final = ENC_SIZE + 16

_MLKEM_PUBLIC: Final = 1184
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def public_from_seed(seed: bytes) -> bytes:
    """The 1,216-byte public key: ML-KEM-768 encapsulation key ‖ X25519 public key."""
    mlkem, x25519 = _private_parts(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def wrap(public: bytes, info: bytes, secret: bytes) -> bytes:
    """enc ‖ ciphertext of `secret` for the holder of `public`. Raises WireError for a bad key."""
    if len(public) != PUBLIC_SIZE:
        raise WireError("malformed", "an X-Wing key of the wrong size")
    try:
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
        )
        return _SUITE.encrypt(secret, key, info=info)
    except ValueError as error:  # a low-order point, or coefficients out of range
        raise WireError("malformed", "not an X-Wing key") from error


def unwrap(seed: bytes, info: bytes, wrapped: bytes) -> bytes:
    """The secret inside. Raises WireError("unsealed") for another key, another info, or changes."""
    if len(wrapped) < WRAP_OVERHEAD:
        raise WireError("malformed", "a wrap of too few bytes")
    try:
        key = MLKEM768X25519PrivateKey(*_private_parts(seed))
        return _SUITE.decrypt(wrapped, key, info=info)
    except (InvalidTag, ValueError):
        raise WireError("unsealed", "the wrap does not open with this key") from None


def _private_parts(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    if len(seed) != SEED_SIZE:
        raise WireError("malformed", "a seed of the wrong size")
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        X25519PrivateKey.from_private_bytes(expanded[64:]),
    )
