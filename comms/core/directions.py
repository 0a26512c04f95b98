"""Sentences that hold words of another direction."""

from __future__ import annotations


def isolated(text: str) -> str:
    """What a person wrote, for the middle of a sentence: its direction stays its own and turns nothing round.

    Unicode's first strong isolate (UAX #9), for sentences that are put together before a template sees them.
    """
    return f"\u2068{text}\u2069"
