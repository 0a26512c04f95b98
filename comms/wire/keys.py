"""A person's three public keys, their fingerprint, and the seeds behind them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from comms.wire import hpke, sign
from comms.wire.cbor import Value, encode
from comms.wire.fields import array, octets
from comms.wire.hashing import sha256
from comms.wire.points import check_ed25519, check_xwing
from comms.wire.sign import SignaturePair

SEED_SIZE: Final = 32


@dataclass(frozen=True)
class PublicKeys:
    """Ed25519 (32 bytes), ML-DSA-65 (1,952) and X-Wing (1,216) public keys of one identity."""

    ed25519: bytes
    mldsa: bytes
    xwing: bytes

    def to_value(self) -> list[Value]:
        return [self.ed25519, self.mldsa, self.xwing]

    @cached_property
    def fingerprint(self) -> bytes:
        """SHA-256 of the CBOR array of the three keys: what other people pin."""
        return sha256(encode(self.to_value()))

    def verify(self, label: str, data: bytes, signature: bytes) -> None:
        """Ed25519 alone. Raises WireError("signature")."""
        sign.verify_ed25519(self.ed25519, label, data, signature)

    def verify_pair(self, label: str, data: bytes, pair: SignaturePair) -> None:
        """Ed25519 and ML-DSA-65, both. Raises WireError("signature")."""
        sign.verify_ed25519(self.ed25519, label, data, pair.ed25519)
        sign.verify_mldsa(self.mldsa, label, data, pair.mldsa)


def read_public_keys(value: Value) -> PublicKeys:
    """Raises WireError, also for a key that is of the right size and still none."""
    ed25519, mldsa, xwing = array(value, 3)
    keys = PublicKeys(
        octets(ed25519, sign.ED25519_PUBLIC),
        octets(mldsa, sign.MLDSA_PUBLIC),
        octets(xwing, hpke.PUBLIC_SIZE),
    )
    check_ed25519(keys.ed25519)
    check_xwing(keys.xwing)
    return keys


@dataclass(frozen=True)
class IdentitySeeds:
    """The three 32-byte seeds. Secret; kept out of repr."""

    ed25519: bytes = field(repr=False)
    mldsa: bytes = field(repr=False)
    xwing: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> IdentitySeeds:
        return cls(os.urandom(SEED_SIZE), os.urandom(SEED_SIZE), os.urandom(SEED_SIZE))

    @cached_property
    def public(self) -> PublicKeys:
        return PublicKeys(
            sign.ed25519_public(self.ed25519),
            sign.mldsa_public(self.mldsa),
            hpke.public_from_seed(self.xwing),
        )

    def sign(self, label: str, data: bytes) -> bytes:
        return sign.sign_ed25519(self.ed25519, label, data)

    def sign_pair(self, label: str, data: bytes) -> SignaturePair:
        return SignaturePair(
            sign.sign_ed25519(self.ed25519, label, data),
            sign.sign_mldsa(self.mldsa, label, data),
        )
