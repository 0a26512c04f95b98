"""Which key-encryption keys are here, and which ones the stored data needs. No key is ever told, only its name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

import psycopg
from django.core.exceptions import ImproperlyConfigured

from comms.core.key_encryption import key_encryption_key_id
from comms.stack.facts import KEYS_TABLE


def held_key_ids(current: str, old: Iterable[str] = ()) -> set[str]:
    """The names of the keys that the settings hold. Raises ImproperlyConfigured for one that is no key."""
    return {key_encryption_key_id(_key(word)) for word in (current, *old)}


def needed_key_ids(connection: psycopg.Connection[tuple[object, ...]]) -> set[str]:
    """The names of the keys that stored data keys are wrapped by, as the product's own role sees them."""
    found = connection.execute("SELECT to_regclass(%s)", [f"public.{KEYS_TABLE}"]).fetchone()
    if found is None or found[0] is None:
        return set()
    needed: set[str] = set()
    # Row-level security shows the keys of one workspace at a time.
    for (workspace,) in connection.execute("SELECT id FROM public.accounts_workspace").fetchall():
        connection.execute("SELECT set_config('comms.workspace', %s, true)", [str(workspace)])
        rows = connection.execute(f"SELECT DISTINCT kek_id FROM public.{KEYS_TABLE}".encode())  # noqa: S608 - a constant
        needed |= {str(row[0]) for row in rows}
    return needed


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured(
            "The key-encryption key isn't base64 of exactly 32 bytes: put the right one back."
        )
    return key
