"""Return codes: what somebody without an account keeps, to come back to what they have sent.

25 random digits (83 bits) and a check digit by Damm's quasigroup (2004), which finds every single wrong digit
and every swap of neighbours. The keys follow from the digits and the workspace; the server gets the
lookup and the public keys, and nothing that leads back to the code.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

from comms.wire import hpke, labels, sign
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.hashing import hkdf

DIGITS: Final = 25
LOOKUP_SIZE: Final = 16
NONCE_SIZE: Final = 32
ORIGIN_LIMIT: Final = 300
CHALLENGE_LIMIT: Final = 1024
_TYPED_LIMIT: Final = 200
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


@dataclass(frozen=True)
class ReturnSecrets:
    """What follows from a code in one workspace. `lookup` goes to the server, the seeds never."""

    lookup: bytes
    ed25519: bytes = field(repr=False)
    xwing: bytes = field(repr=False)

    @cached_property
    def signing_key(self) -> bytes:
        return sign.ed25519_public(self.ed25519)

    @cached_property
    def reply_key(self) -> bytes:
        return hpke.public_from_seed(self.xwing)


@dataclass(frozen=True)
class ReturnChallenge:
    """What somebody who comes back signs. `nonce` is the server's, used once; `origin` the browser's."""

    workspace: UUID
    lookup: bytes
    nonce: bytes
    origin: str


def new_return_code() -> str:
    """26 digits, the last one the check digit."""
    digits = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def format_return_code(code: str) -> str:
    """In groups of four, as it is shown and printed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def parse_return_code(typed: str) -> str:
    """The 26 digits behind a typed code; spaces, dashes and any script's digits are read.

    Raises WireError("malformed") for anything else, and for a mistyped digit.
    """
    digits = ""
    for letter in typed[:_TYPED_LIMIT]:
        value = unicodedata.decimal(letter, None)
        if value is not None:
            digits += str(value)
        elif letter not in _FILLING and not letter.isspace():
            raise WireError("malformed", "not a return code")
    if len(typed) > _TYPED_LIMIT or len(digits) != DIGITS + 1:
        raise WireError("malformed", "not a return code")
    if check_digit(digits) != "0":
        raise WireError("malformed", "a mistyped return code")
    return digits


# Dashes, dots, and the marks of direction that come along when a code is copied from a page.
_FILLING: Final = "-‐‑‒–—.·\u200e\u200f\u061c\u2066\u2067\u2068\u2069\ufeff"


def return_secrets(code: str, workspace: UUID) -> ReturnSecrets:
    """Raises WireError for a code that is none."""
    digits = parse_return_code(code)[:DIGITS].encode("ascii")

    def part(label: str, length: int) -> bytes:
        return hkdf(digits, salt=workspace.bytes, info=label.encode("ascii"), length=length)

    return ReturnSecrets(
        part(labels.DERIVE_RETURN_LOOKUP, LOOKUP_SIZE),
        part(labels.DERIVE_RETURN_ED25519, 32),
        part(labels.DERIVE_RETURN_XWING, 32),
    )


def encode_return_challenge(challenge: ReturnChallenge) -> bytes:
    """Canonical bytes. Raises WireError for a part of the wrong size."""
    data = encode(
        {
            0: labels.RETURN_CHALLENGE,
            1: 1,
            2: challenge.workspace.bytes,
            3: challenge.lookup,
            4: challenge.nonce,
            5: challenge.origin,
        }
    )
    decode_return_challenge(data)
    return data


def decode_return_challenge(data: bytes) -> ReturnChallenge:
    fields = open_map(
        data, kind=labels.RETURN_CHALLENGE, limit=CHALLENGE_LIMIT, required=range(2, 6)
    )
    return ReturnChallenge(
        workspace=fields.uuid(2),
        lookup=fields.bytes(3, LOOKUP_SIZE),
        nonce=fields.bytes(4, NONCE_SIZE),
        origin=fields.text(5, 1, ORIGIN_LIMIT),
    )


def sign_return_challenge(challenge: ReturnChallenge, seed: bytes) -> bytes:
    """By the Ed25519 seed of the code."""
    return sign.sign_ed25519(seed, labels.SIGN_RETURN, encode_return_challenge(challenge))


def verify_return_challenge(challenge: ReturnChallenge, key: bytes, signature: bytes) -> None:
    """Raises WireError("signature") unless the holder of `key` signed this challenge."""
    sign.verify_ed25519(key, labels.SIGN_RETURN, encode_return_challenge(challenge), signature)
