"""Argon2id over a passphrase, with a floor that no server can lower, and what is derived from it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

from argon2.low_level import Type, hash_secret_raw

from comms.wire import labels
from comms.wire.cbor import Value
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, uint
from comms.wire.hashing import derive

SALT_SIZE: Final = 16
MEMORY_FLOOR: Final = 65_536  # KiB: 64 MiB
MEMORY_CEILING: Final = 1_048_576
PASSES_FLOOR: Final = 3
PASSES_CEILING: Final = 16
LANES_CEILING: Final = 8


@dataclass(frozen=True)
class Argon2:
    """Parameters: memory in KiB, passes (t), lanes (p), 16-byte salt."""

    salt: bytes
    memory: int = MEMORY_FLOOR
    passes: int = PASSES_FLOOR
    lanes: int = 1

    def __post_init__(self) -> None:
        if len(self.salt) != SALT_SIZE:
            raise WireError("malformed", "a salt of the wrong size")
        if self.memory < MEMORY_FLOOR or self.passes < PASSES_FLOOR or self.lanes < 1:
            raise WireError("weak", "Argon2id parameters below 64 MiB, 3 passes, 1 lane")
        if (
            self.memory > MEMORY_CEILING
            or self.passes > PASSES_CEILING
            or self.lanes > LANES_CEILING
        ):
            raise WireError("malformed", "Argon2id parameters beyond any use")

    def to_value(self) -> list[Value]:
        return [self.memory, self.passes, self.lanes, self.salt]

    @classmethod
    def read(cls, value: Value) -> Argon2:
        memory, passes, lanes, salt = array(value, 4)
        return cls(octets(salt, SALT_SIZE), uint(memory), uint(passes), uint(lanes))


class PassphraseKeys(NamedTuple):
    """The password that sign-in submits (64 hex digits), and the key that wraps the vault key."""

    sign_in_secret: str
    wrap_key: bytes


def passphrase_keys(passphrase: str, parameters: Argon2) -> PassphraseKeys:
    """Argon2id over the NFKC form, then HKDF for each use. Takes about half a second."""
    root = hash_secret_raw(
        unicodedata.normalize("NFKC", passphrase).encode(),
        parameters.salt,
        time_cost=parameters.passes,
        memory_cost=parameters.memory,
        parallelism=parameters.lanes,
        hash_len=32,
        type=Type.ID,
    )
    return PassphraseKeys(
        derive(root, labels.DERIVE_SIGN_IN).hex(), derive(root, labels.DERIVE_PASSPHRASE)
    )
