"""The primitives against what their standards publish."""

from __future__ import annotations

from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from comms.wire import hpke, sign, tlog
from comms.wire.hashing import hkdf, sha256
from tests.wire.vectors import load

PUBLISHED = load("published")
h = bytes.fromhex


def test_sha256_is_fips_180() -> None:
    for v in PUBLISHED["sha256"]:
        assert sha256(h(v["data"])).hex() == v["hash"]


def test_hkdf_is_rfc_5869() -> None:
    for v in PUBLISHED["hkdf"]:
        okm = hkdf(h(v["key"]), salt=h(v["salt"]), info=h(v["info"]), length=len(h(v["okm"])))
        assert okm.hex() == v["okm"]


def test_ed25519_is_rfc_8032() -> None:
    for v in PUBLISHED["ed25519"]:
        assert sign.ed25519_public(h(v["seed"])).hex() == v["public"]
        key = Ed25519PrivateKey.from_private_bytes(h(v["seed"]))
        assert key.sign(h(v["message"])).hex() == v["signature"]


def test_hpke_of_the_library_is_rfc_9180() -> None:
    """X25519 stands in for the KEM here; the X-Wing part has its own test."""
    for v in PUBLISHED["hpke_schedule"]:
        suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
        plaintext = openssl.hpke._decrypt_with_aad(
            suite,
            h(v["enc"]) + h(v["ciphertext"]),
            X25519PrivateKey.from_private_bytes(h(v["recipient"])),
            info=h(v["info"]),
            aad=h(v["aad"]),
        )
        assert plaintext.hex() == v["plaintext"]


def test_xwing_keys_are_those_of_the_draft() -> None:
    for v in PUBLISHED["xwing"]:
        assert hpke.public_from_seed(h(v["seed"])).hex() == v["public"]


def test_tree_hash_is_rfc_9162() -> None:
    v = PUBLISHED["rfc9162"]
    leaves = [tlog.leaf_hash(h(leaf)) for leaf in v["leaves"]]
    assert leaves[0].hex() == v["first_leaf_hash"]
    assert tlog.tree_hash(leaves).hex() == v["root"]
