"""Signatures, always over label ‖ bytes: Ed25519, and ML-DSA-65 beside it where two are asked for."""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

from comms.wire.cbor import Value
from comms.wire.errors import WireError
from comms.wire.fields import array, octets

ED25519_PUBLIC: Final = 32
ED25519_SIGNATURE: Final = 64
MLDSA_PUBLIC: Final = 1952
MLDSA_SIGNATURE: Final = 3309


class SignaturePair(NamedTuple):
    """Two signatures over the same bytes. Both must verify."""

    ed25519: bytes
    mldsa: bytes


def labelled(label: str, data: bytes) -> bytes:
    """What is signed. The first byte of `data` keeps labelled inputs apart (docs/wire.cddl)."""
    if not data or data[0] < 0x80:
        raise WireError("malformed", "only CBOR arrays and maps are signed")
    return label.encode("ascii") + data


def sign_ed25519(seed: bytes, label: str, data: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(_seed(seed)).sign(labelled(label, data))


def sign_mldsa(seed: bytes, label: str, data: bytes) -> bytes:
    """Randomised: two signatures over the same bytes differ, so never compare them."""
    return MLDSA65PrivateKey.from_seed_bytes(_seed(seed)).sign(labelled(label, data))


def ed25519_public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(_seed(seed)).public_key().public_bytes_raw()


def mldsa_public(seed: bytes) -> bytes:
    return MLDSA65PrivateKey.from_seed_bytes(_seed(seed)).public_key().public_bytes_raw()


def verify_ed25519(public: bytes, label: str, data: bytes, signature: bytes) -> None:
    """Raises WireError("signature") unless the signature is by `public` over label ‖ data."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, labelled(label, data))
    except (InvalidSignature, ValueError):
        raise WireError("signature", "the Ed25519 signature does not verify") from None


def verify_mldsa(public: bytes, label: str, data: bytes, signature: bytes) -> None:
    """Raises WireError("signature") unless the signature is by `public` over label ‖ data."""
    try:
        MLDSA65PublicKey.from_public_bytes(public).verify(signature, labelled(label, data))
    except (InvalidSignature, ValueError):
        raise WireError("signature", "the ML-DSA-65 signature does not verify") from None


def read_pair(value: Value) -> SignaturePair:
    ed25519, mldsa = array(value, 2)
    return SignaturePair(octets(ed25519, ED25519_SIGNATURE), octets(mldsa, MLDSA_SIGNATURE))


def _seed(seed: bytes) -> bytes:
    if len(seed) != 32:
        raise WireError("malformed", "a seed of the wrong size")
    return seed
