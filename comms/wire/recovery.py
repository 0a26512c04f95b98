"""The printed recovery code, and the wrap key of a passkey.

A code is 19 random bytes and one check byte in Crockford's base32: 32 characters in groups of four,
152 random bits. Reading forgives case, spaces, dashes, and O, I, L for 0 and 1.
"""

from __future__ import annotations

import os
from typing import Final

from comms.wire import labels
from comms.wire.errors import WireError
from comms.wire.hashing import derive, sha256

SECRET_SIZE: Final = 19
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": ""})
_CODE_LENGTH: Final = 32


def new_recovery_secret() -> bytes:
    return os.urandom(SECRET_SIZE)


def format_code(secret: bytes) -> str:
    """The code as printed: eight groups of four."""
    number = int.from_bytes(secret + sha256(secret)[:1], "big")
    digits = [_ALPHABET[(number >> (5 * place)) & 31] for place in range(_CODE_LENGTH - 1, -1, -1)]
    return "-".join("".join(digits[at : at + 4]) for at in range(0, _CODE_LENGTH, 4))


def parse_code(code: str) -> bytes:
    """The 19 bytes behind a typed code. Raises WireError("malformed") for a mistyped one."""
    plain = code.upper().translate(_READ)
    if len(plain) != _CODE_LENGTH or any(letter not in _ALPHABET for letter in plain):
        raise WireError("malformed", "not a recovery code")
    number = 0
    for letter in plain:
        number = number << 5 | _ALPHABET.index(letter)
    raw = number.to_bytes(SECRET_SIZE + 1, "big")
    secret, check = raw[:SECRET_SIZE], raw[SECRET_SIZE:]
    if sha256(secret)[:1] != check:
        raise WireError("malformed", "a mistyped recovery code")
    return secret


def recovery_wrap_key(secret: bytes) -> bytes:
    """The key that wraps the vault key for this code."""
    return derive(secret, labels.DERIVE_RECOVERY)


def passkey_wrap_key(prf_output: bytes) -> bytes:
    """The key that wraps the vault key for a passkey, from its 32-byte PRF output."""
    if len(prf_output) != 32:
        raise WireError("malformed", "a PRF output of the wrong size")
    return derive(prf_output, labels.DERIVE_PASSKEY)


def prf_salt() -> bytes:
    """The PRF input, the same for every passkey: SHA-256("comms/v1/prf")."""
    return sha256(labels.PRF_SALT_INPUT.encode())
