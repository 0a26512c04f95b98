"""SHA-256, HMAC-SHA256 and HKDF-SHA256 (RFC 5869), the only hash functions of the format."""

from __future__ import annotations

import hashlib
import hmac as _hmac
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ZEROS: Final = bytes(32)


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def hmac(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256."""
    return _hmac.digest(key, data, "sha256")


def hkdf(key: bytes, *, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 of `key` (RFC 5869, extract and expand)."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=info).derive(key)


def derive(key: bytes, label: str) -> bytes:
    """The 32-byte key for one labelled use of `key`."""
    return hkdf(key, info=label.encode("ascii"), length=32)


def same(left: bytes, right: bytes) -> bool:
    """Whether two secrets are equal, in constant time."""
    return _hmac.compare_digest(left, right)
