"""Public keys that are none: those that any signature fits, or that no secret can be sent to.

Whoever published one would have everybody able to sign in their name, or nobody able to make a key for
their threads. The lists are all encodings of the points of small order, the highest bit aside; what
libraries make of them differs.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey

from comms.wire.errors import WireError

_MLKEM_PUBLIC: Final = 1184

_ZERO, _ONE = "00" * 32, "01" + "00" * 31
_BELOW, _PRIME, _ABOVE = (low + "ff" * 30 + "7f" for low in ("ec", "ed", "ee"))
_SMALL_ED25519: Final = frozenset(
    bytes.fromhex(one)
    for one in (
        _ZERO,
        _ONE,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        _BELOW,
        _PRIME,
        _ABOVE,
    )
)
_SMALL_X25519: Final = frozenset(
    bytes.fromhex(one)
    for one in (
        _ZERO,
        _ONE,
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        _BELOW,
        _PRIME,
        _ABOVE,
    )
)


def check_ed25519(public: bytes) -> None:
    """Raises WireError for a point of small order."""
    if _low(public) in _SMALL_ED25519:
        raise WireError("malformed", "a signing key that fits any signature")


def check_xwing(public: bytes) -> None:
    """Raises WireError for an X25519 point of small order, and for an ML-KEM key out of range."""
    if _low(public[_MLKEM_PUBLIC:]) in _SMALL_X25519:
        raise WireError("malformed", "a key that nothing can be wrapped to")
    try:
        MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC])
    except ValueError as error:
        raise WireError("malformed", "a key that nothing can be wrapped to") from error


def _low(point: bytes) -> bytes:
    return point[:-1] + bytes([point[-1] & 0x7F])
