"""Proof of work against floods, in the shape of ALTCHA's first version (altcha.org), written here.

The server draws a number and says SHA-256(salt ‖ number), signed; the browser finds the number by trying. Nothing is
kept until a proof comes in; then its challenge is marked as used until it would have expired anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from comms.feedback.errors import ProofError
from comms.feedback.valkey import valkey

ALGORITHM = "SHA-256"
SECONDS = 600
PAYLOAD_LIMIT = 2048
# The trailing "&" keeps the number from running on into the expiry: digits moved from one to the other would
# make the same hash, and a proof that lasts for years.
_SALT = re.compile(r"[0-9a-f]{24}\?expires=([0-9]{1,12})&")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the browser is to solve: the number below `maxnumber` whose hash after the salt is `challenge`."""

    challenge: str
    salt: str
    maxnumber: int
    signature: str

    def as_json(self) -> dict[str, str | int]:
        """As ALTCHA's clients read it."""
        return {
            "algorithm": ALGORITHM,
            "challenge": self.challenge,
            "maxnumber": self.maxnumber,
            "salt": self.salt,
            "signature": self.signature,
        }


def make_challenge() -> Challenge:
    """A new challenge, which costs as many tries as FEEDBACK_PROOF_WORK says, half of them on average."""
    most = settings.FEEDBACK_PROOF_WORK
    salt = f"{secrets.token_hex(12)}?expires={int(time.time()) + SECONDS}&"
    challenge = _hashed(salt, secrets.randbelow(most + 1))
    return Challenge(challenge, salt, most, _sign(challenge))


def spend_proof(payload: str) -> None:
    """Use a proof up. Raises ProofError for one that is wrong, expired or was used before."""
    challenge, left = _verified(payload)
    if not valkey().set(_name(challenge), b"1", nx=True, ex=left + 60):
        raise _refused()


def spend_proofs(payloads: Sequence[str]) -> list[bool]:
    """The same for many in one step: which of them were good, and are used up now."""
    found: list[tuple[str, int] | None] = []
    for payload in payloads:
        try:
            found.append(_verified(payload))
        except ProofError:
            found.append(None)
    with valkey().pipeline(transaction=False) as pipe:
        for one in found:
            if one is not None:
                pipe.set(_name(one[0]), b"1", nx=True, ex=one[1] + 60)
        marked = iter(pipe.execute())
    return [one is not None and bool(next(marked)) for one in found]


def release_proofs(payloads: Iterable[str]) -> None:
    """Make proofs good again that `spend_proofs` used up and that led to nothing."""
    names = []
    for payload in payloads:
        # One that has expired meanwhile is good for nothing.
        with suppress(ProofError):
            names.append(_name(_verified(payload)[0]))
    if names:
        valkey().delete(*names)


def _name(challenge: str) -> str:
    return f"feedback:proof:{challenge}"


def _verified(payload: str) -> tuple[str, int]:
    """The challenge that was solved, and for how many seconds it would still be good."""
    try:
        if len(payload) > PAYLOAD_LIMIT:
            raise ValueError
        given = json.loads(base64.b64decode(payload, validate=True))
        algorithm, challenge = given["algorithm"], given["challenge"]
        number, salt, signature = given["number"], given["salt"], given["signature"]
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError) as error:
        raise _refused() from error
    if (
        algorithm != ALGORITHM
        or type(number) is not int
        or number < 0
        or not all(isinstance(one, str) for one in (challenge, salt, signature))
    ):
        raise _refused()
    matched = _SALT.fullmatch(salt)
    if matched is None or not signature.isascii() or not challenge.isascii():
        raise _refused()
    left = int(matched[1]) - int(time.time())
    if (
        left <= 0
        or not hmac.compare_digest(_sign(challenge), signature)
        or not hmac.compare_digest(_hashed(salt, number), challenge)
    ):
        raise _refused()
    return challenge, left


def _hashed(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _sign(challenge: str) -> str:
    return salted_hmac("comms.feedback.proof", challenge, algorithm="sha256").hexdigest()


def _refused() -> ProofError:
    return ProofError(_("The check against floods has to be made once more. Send it again."))
