"""Guests: the identity behind a link, and the challenge that shows who holds it.

The link carries 32 random bytes in its fragment; a code that travels another way may be mixed in.
Both together give the seeds of the guest's first identity, which the first opening replaces. Beside
them stands the hash of the epoch that brought the guest in, so that no server can show them another
conversation in its place.
"""

from __future__ import annotations

import base64
import binascii
import os
import unicodedata
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw

from comms.wire import labels
from comms.wire.argon import MEMORY_FLOOR, PASSES_FLOOR, SALT_SIZE
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.hashing import derive, hkdf, sha256
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.padding import pad, unpad
from comms.wire.seal import open_box, seal

SECRET_SIZE: Final = 32
CODE_LIMIT: Final = 200
CHALLENGE_LIMIT: Final = 1024
NONCE_SIZE: Final = 32
ORIGIN_LIMIT: Final = 300
NAME_LIMIT: Final = 200
_FRAGMENT_LETTERS: Final = 86


def new_link_secret() -> bytes:
    """What goes into the fragment of a guest's link."""
    return os.urandom(SECRET_SIZE)


def encode_fragment(secret: bytes, epoch: bytes) -> str:
    """What stands behind the # of the link: secret and epoch hash in base64url without padding."""
    if (len(secret), len(epoch)) != (SECRET_SIZE, 32):
        raise WireError("malformed", "a link of the wrong length")
    return base64.urlsafe_b64encode(secret + epoch).decode().rstrip("=")


def read_fragment(text: str) -> tuple[bytes, bytes]:
    """The secret and the hash of the epoch that brought the guest in. Raises WireError."""
    try:
        if len(text) != _FRAGMENT_LETTERS:
            raise ValueError(len(text))
        data = base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise WireError("malformed", "not a guest's link") from error
    if encode_fragment(data[:SECRET_SIZE], data[SECRET_SIZE:]) != text:
        raise WireError("malformed", "not a guest's link")
    return data[:SECRET_SIZE], data[SECRET_SIZE:]


def seal_name(key: bytes, thread: UUID, guest: UUID, number: int, name: str) -> bytes:
    """What a link is called, for everyone with the key of epoch `number`. Raises WireError."""
    data = name.encode()
    if not 0 < len(data) <= NAME_LIMIT:
        raise WireError("malformed", "a name of no or too many letters")
    context = encode([thread.bytes, guest.bytes, number])
    return seal(key, labels.SEAL_GUEST_NAME, context, pad(data))


def open_name(key: bytes, thread: UUID, guest: UUID, number: int, box: bytes) -> str:
    """Raises WireError."""
    context = encode([thread.bytes, guest.bytes, number])
    data = unpad(open_box(key, labels.SEAL_GUEST_NAME, context, box))
    if not 0 < len(data) <= NAME_LIMIT:
        raise WireError("malformed", "a name of no or too many letters")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise WireError("malformed", "a name that is no text") from error


def guest_seeds(fragment: bytes, code: str = "") -> IdentitySeeds:
    """The guest's first identity from the link, and from the code if there is one.

    The code's spaces at the ends don't count. Takes about half a second with a code. Raises WireError.
    """
    if len(fragment) != SECRET_SIZE:
        raise WireError("malformed", "a link of the wrong length")
    secret = derive(fragment, labels.DERIVE_GUEST_LINK)
    typed = unicodedata.normalize("NFKC", code).strip().encode()
    if len(typed) > CODE_LIMIT:
        raise WireError("malformed", "a code that is too long")
    if typed:
        stretched = hash_secret_raw(
            typed,
            sha256(secret)[:SALT_SIZE],
            time_cost=PASSES_FLOOR,
            memory_cost=MEMORY_FLOOR,
            parallelism=1,
            hash_len=32,
            type=Type.ID,
        )
        secret = hkdf(
            stretched, salt=secret, info=labels.DERIVE_GUEST_CODE.encode("ascii"), length=32
        )
    return IdentitySeeds(
        derive(secret, labels.DERIVE_GUEST_ED25519),
        derive(secret, labels.DERIVE_GUEST_MLDSA),
        derive(secret, labels.DERIVE_GUEST_XWING),
    )


@dataclass(frozen=True)
class GuestChallenge:
    """What a guest signs to come in. `nonce` is the server's, used once; `origin` is the browser's."""

    thread: UUID
    guest: UUID
    fingerprint: bytes
    nonce: bytes
    origin: str


def encode_challenge(challenge: GuestChallenge) -> bytes:
    """Canonical bytes. Raises WireError for a part of the wrong size."""
    data = encode(
        {
            0: labels.GUEST_CHALLENGE,
            1: 1,
            2: challenge.thread.bytes,
            3: challenge.guest.bytes,
            4: challenge.fingerprint,
            5: challenge.nonce,
            6: challenge.origin,
        }
    )
    decode_challenge(data)
    return data


def decode_challenge(data: bytes) -> GuestChallenge:
    fields = open_map(
        data, kind=labels.GUEST_CHALLENGE, limit=CHALLENGE_LIMIT, required=range(2, 7)
    )
    return GuestChallenge(
        thread=fields.uuid(2),
        guest=fields.uuid(3),
        fingerprint=fields.bytes(4, 32),
        nonce=fields.bytes(5, NONCE_SIZE),
        origin=fields.text(6, 1, ORIGIN_LIMIT),
    )


def sign_challenge(challenge: GuestChallenge, seeds: IdentitySeeds) -> bytes:
    """The guest's Ed25519 signature over the challenge."""
    return seeds.sign(labels.SIGN_GUEST, encode_challenge(challenge))


def verify_challenge(challenge: GuestChallenge, keys: PublicKeys, signature: bytes) -> None:
    """Raises WireError("signature") unless these keys, the ones named, signed this challenge."""
    if keys.fingerprint != challenge.fingerprint:
        raise WireError("signature", "the challenge names other keys")
    keys.verify(labels.SIGN_GUEST, encode_challenge(challenge), signature)
