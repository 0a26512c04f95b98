"""How encrypted values are written before they are blind-indexed, so that equal ones match."""

from __future__ import annotations

import unicodedata

from comms.directory.facts.words import folded


def same_address(value: str) -> str:
    """An address without case, width variants and doubled spaces."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def same_name(value: str) -> str:
    """A name as folded words: "Élysée " and "elysee" are one."""
    return folded(value)
