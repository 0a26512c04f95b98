"""One-time tokens: random, signed so that a guess is refused without asking the database, hashed at rest."""

from __future__ import annotations

import hashlib
import secrets

from django.core.signing import BadSignature, Signer

_MAXIMUM = 200


def new_token(purpose: str) -> str:
    """A token for a link of this purpose. It exists only in the link; keep `token_hash` of it."""
    return Signer(salt=f"accounts.{purpose}").sign(secrets.token_urlsafe(32))


def token_hash(purpose: str, token: str) -> bytes | None:
    """What to look a token up by, or None when it is not one of ours for this purpose."""
    if len(token) > _MAXIMUM:
        return None
    try:
        plain = Signer(salt=f"accounts.{purpose}").unsign(token)
    except BadSignature:
        return None
    return hashlib.sha256(plain.encode()).digest()
