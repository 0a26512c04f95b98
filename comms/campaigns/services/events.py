"""Telling open pages that an edition changed. Only its id travels; the reader loads it anew."""

from __future__ import annotations

import uuid

from comms.core.realtime import broadcast


def group_of(edition_id: uuid.UUID) -> str:
    """The channel group of the pages that show this edition."""
    return f"edition.{edition_id}"


def tell(edition_id: uuid.UUID) -> None:
    """Once the open transaction commits, pages that show the edition load it again."""
    broadcast(group_of(edition_id), {"type": "edition.changed", "edition": str(edition_id)})
