"""The primitives against what their standards publish."""

from __future__ import annotations

import hmac

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from comms.wire import hpke, sign, tlog
from comms.wire.errors import WireError
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


def test_mldsa_is_fips_204() -> None:
    for v in PUBLISHED["mldsa_keys"]:
        assert sign.mldsa_public(h(v["seed"])).hex() == v["public"]
    for v in PUBLISHED["mldsa"]:
        key = MLDSA65PublicKey.from_public_bytes(h(v["public"]))
        if v["valid"]:
            key.verify(h(v["signature"]), h(v["message"]))
        else:
            with pytest.raises(InvalidSignature):
                key.verify(h(v["signature"]), h(v["message"]))


def test_what_we_ask_of_mldsa_is_no_other_mode_of_it() -> None:
    """Pure, and with an empty context: our own function takes what the standard's examples are."""
    ours = [v for v in PUBLISHED["mldsa"] if v["valid"] and h(v["message"])[0] >= 0x80]
    assert ours
    for v in ours:
        public, message, signature = h(v["public"]), h(v["message"]), h(v["signature"])
        sign.verify_mldsa(public, "", message, signature)
        with pytest.raises(WireError):
            sign.verify_mldsa(public, "", message + b"\0", signature)


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


def test_xwing_opens_the_encapsulations_of_the_draft() -> None:
    """The library shows no shared secret: what RFC 9180 makes of the draft's must seal what our function opens."""
    for v in PUBLISHED["xwing"]:
        info = b"any"
        key, nonce = _schedule(h(v["shared"]), info)
        wrapped = h(v["enc"]) + AESGCM(key).encrypt(nonce, b"a secret", b"")
        assert hpke.unwrap(h(v["seed"]), info, wrapped) == b"a secret"
        with pytest.raises(WireError):
            hpke.unwrap(h(v["seed"]), b"other", wrapped)


def _schedule(shared: bytes, info: bytes) -> tuple[bytes, bytes]:
    """RFC 9180, 5.1, base mode: key and nonce of X-Wing, HKDF-SHA256, AES-256-GCM."""
    suite = b"HPKE" + b"\x64\x7a" + b"\x00\x01" + b"\x00\x02"

    def extract(salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(label: bytes, length: int) -> bytes:
        said = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context
        return hmac.digest(secret, said + b"\x01", "sha256")[:length]

    context = b"\x00" + extract(b"", b"psk_id_hash", b"") + extract(b"", b"info_hash", info)
    secret = extract(shared, b"secret", b"")
    return expand(b"key", 32), expand(b"base_nonce", 12)


def test_tree_hash_is_rfc_9162() -> None:
    v = PUBLISHED["rfc9162"]
    leaves = [tlog.leaf_hash(h(leaf)) for leaf in v["leaves"]]
    assert leaves[0].hex() == v["first_leaf_hash"]
    assert tlog.tree_hash(leaves).hex() == v["root"]
