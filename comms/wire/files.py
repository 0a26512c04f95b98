"""Files: chunks of 1 MiB under one random key for each file.

Nonce = 7 zero bytes ‖ uint32 index, big endian ‖ 1 for the last chunk, else 0, so that a chunk that
was moved, dropped or cut off does not open.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comms.wire.errors import WireError

CHUNK_SIZE: Final = 1024 * 1024
TAG_SIZE: Final = 16


def chunk_count(size: int) -> int:
    """How many chunks a file of `size` bytes has; an empty file has one, which is empty."""
    return max(1, -(-size // CHUNK_SIZE))


def sealed_size(size: int, index: int) -> int:
    """Bytes of the sealed chunk `index` of a file of `size` bytes. Raises WireError beyond its end."""
    if not 0 <= index < chunk_count(size):
        raise WireError("malformed", "no such chunk")
    return min(CHUNK_SIZE, size - index * CHUNK_SIZE) + TAG_SIZE


def seal_chunk(key: bytes, index: int, data: bytes, *, final: bool) -> bytes:
    """One sealed chunk. The same call gives the same bytes, as a retry needs; so a key must never
    be used for two different files."""
    _check_size(len(data), index, final=final)
    return AESGCM(_key(key)).encrypt(_nonce(index, final=final), data, None)


def open_chunk(key: bytes, index: int, sealed: bytes, *, final: bool) -> bytes:
    """Raises WireError("unsealed") for a chunk that is changed, out of place or cut off."""
    _check_size(len(sealed) - TAG_SIZE, index, final=final)
    try:
        return AESGCM(_key(key)).decrypt(_nonce(index, final=final), sealed, None)
    except InvalidTag:
        raise WireError("unsealed", f"chunk {index} does not open") from None


def _check_size(size: int, index: int, *, final: bool) -> None:
    """Full chunks but for the last; an empty one only for an empty file."""
    fits = size == CHUNK_SIZE or (final and 0 < size < CHUNK_SIZE)
    if not fits and not (final and index == 0 and size == 0):
        raise WireError("malformed", "a chunk of the wrong size")


def _nonce(index: int, *, final: bool) -> bytes:
    if not 0 <= index < 2**32:
        raise WireError("too-large", "too many chunks")
    return bytes(7) + index.to_bytes(4, "big") + bytes([final])


def _key(key: bytes) -> bytes:
    if len(key) != 32:
        raise WireError("malformed", "a key of the wrong size")
    return key
