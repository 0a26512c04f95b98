"""Whether the log key at hand is the one that signed the log. The key itself is never told.

This floor knows no wire format: of a checkpoint it reads the signature line of the log alone (C2SP
signed-note: "— name base64(key id ‖ signature)" under a text that ends in an empty line).
"""

from __future__ import annotations

import base64
import binascii

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured

CHECKPOINTS_TABLE = "ledger_logcheckpoint"
_KEY_ID = 4


def newest_checkpoint(connection: psycopg.Connection[tuple[object, ...]]) -> bytes | None:
    """What the log signed last, or None before its first leaf."""
    found = connection.execute("SELECT to_regclass(%s)", [f"public.{CHECKPOINTS_TABLE}"]).fetchone()
    if found is None or found[0] is None:
        return None
    row = connection.execute(
        f"SELECT note FROM public.{CHECKPOINTS_TABLE} ORDER BY size DESC LIMIT 1".encode()  # noqa: S608 - a constant
    ).fetchone()
    if row is None or not isinstance(row[0], bytes):
        return None
    return row[0]


def fits(connection: psycopg.Connection[tuple[object, ...]], key: str, origin: str) -> bool:
    """Whether the log in this database may be gone on with under this key. False also for what is no key."""
    note = newest_checkpoint(connection)
    try:
        return note is None or has_signed(note, key, origin)
    except ImproperlyConfigured:
        return False


def has_signed(note: bytes, key: str, origin: str) -> bool:
    """Whether this key (base64 of 32 bytes) signed the note as `origin`. Raises ImproperlyConfigured for no key."""
    try:
        seed = base64.b64decode(key, validate=True)
    except binascii.Error:
        seed = b""
    if len(seed) != 32:
        raise ImproperlyConfigured("The log key isn't base64 of exactly 32 bytes.")
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    text, _gap, lines = note.partition(b"\n\n")
    for line in lines.splitlines():
        start = f"— {origin} ".encode()
        if not line.startswith(start):
            continue
        try:
            public.verify(base64.b64decode(line.removeprefix(start))[_KEY_ID:], text + b"\n")
        except (InvalidSignature, binascii.Error):
            continue
        return True
    return False
