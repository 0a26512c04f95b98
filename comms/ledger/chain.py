"""What an audit entry hashes to. Pure: docs/audit.md says the same in words, for outsiders who verify.

The details of an entry stand in the chain as a salted hash, so that they can be erased later.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

START = bytes(32)
"""The hash before the first entry."""

SALT_BYTES = 32


def canonical_details(details: Mapping[str, Any]) -> str:
    """`details` as the one ASCII text that is hashed: JSON with sorted keys and no spaces.

    Values that JSON doesn't know (ids, dates) are written as their text.
    """
    return json.dumps(
        details,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        allow_nan=False,
        default=str,
    )


def parsed(canonical: str) -> dict[str, Any]:
    """The details that `canonical_details` wrote."""
    value: dict[str, Any] = json.loads(canonical)
    return value


def hash_details(salt: bytes, canonical: str) -> bytes:
    """SHA-256 over a label, the salt and the canonical text."""
    return hashlib.sha256(b"entente audit details v1\n" + salt + canonical.encode("ascii")).digest()


def hash_entry(
    *,
    workspace_id: uuid.UUID,
    seq: int,
    previous: bytes,
    entry_id: uuid.UUID,
    at: dt.datetime,
    actor_id: uuid.UUID | None,
    action: str,
    subject_type: str,
    subject_id: uuid.UUID | None,
    details_hash: bytes,
) -> bytes:
    """SHA-256 over the entry's lines. No field can hold a line break (the database refuses it)."""
    lines = (
        "entente audit entry v1",
        str(workspace_id),
        str(seq),
        previous.hex(),
        str(entry_id),
        timestamp(at),
        str(actor_id or "-"),
        action,
        subject_type or "-",
        str(subject_id or "-"),
        details_hash.hex(),
    )
    return hashlib.sha256("\n".join(lines).encode("ascii")).digest()


def timestamp(at: dt.datetime) -> str:
    """RFC 3339 in UTC with six digits of a second."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
