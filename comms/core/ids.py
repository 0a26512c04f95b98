"""Identifiers."""

from __future__ import annotations

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7): rows made together lie together in an index."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
