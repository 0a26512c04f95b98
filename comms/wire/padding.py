"""Padmé padding with a floor, so that a size tells little (Nikitin et al., PETS 2019, section 4).

Padded form: uint32 length, big endian, then the bytes, then zeros. Leaks at most O(log log n) bits
of the length and costs at most 12 %.
"""

from __future__ import annotations

from typing import Final

from comms.wire.errors import WireError

FLOOR: Final = 256
_PREFIX: Final = 4


def padme(length: int) -> int:
    """The padded size for `length` bytes, at least FLOOR."""
    length = max(length, FLOOR)
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


def pad(data: bytes) -> bytes:
    size = padme(_PREFIX + len(data))
    return (len(data).to_bytes(_PREFIX, "big") + data).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    """The bytes inside. Raises WireError for any padding that pad() would not have made."""
    if len(padded) < FLOOR:
        raise WireError("malformed", "padding too short")
    length = int.from_bytes(padded[:_PREFIX], "big")
    end = _PREFIX + length
    if padme(end) != len(padded) or any(padded[end:]):
        raise WireError("malformed", "padding of the wrong size or not of zeros")
    return padded[_PREFIX:end]
