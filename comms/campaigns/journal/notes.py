"""How a note is written, and the names of the lists."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from comms.campaigns.transports.base import Outcome, Result

# Kept long enough for any outage that ends; a list that is gone makes its messages unknown.
KEEP_SECONDS = 14 * 24 * 3600
_BEGUN = b"b"
_FINISHED = b"f"
_OPENED = b"o"
_OUTCOMES = frozenset(outcome.value for outcome in Outcome)


def open_key(claim_id: uuid.UUID) -> str:
    """The list that a sender writes to."""
    return f"campaigns:notes:{claim_id}"


def closed_key(claim_id: uuid.UUID) -> str:
    """The same list once somebody recovers the batch."""
    return f"campaigns:notes:{claim_id}:closed"


def opened() -> bytes:
    """The first note: the list is there from the beginning, so that its absence means a loss."""
    return _OPENED


def begun(delivery_id: uuid.UUID) -> bytes:
    """This message may arrive from now on."""
    return _BEGUN + delivery_id.bytes


def finished(result: Result) -> bytes:
    """What became of it: id, code, outcome, text."""
    return (
        _FINISHED
        + result.delivery_id.bytes
        + result.code.to_bytes(2, "big")
        + f"{result.outcome.value} {result.text}".encode()
    )


@dataclass(slots=True)
class Notes:
    """What a list says. `begun` holds those without an outcome."""

    begun: set[uuid.UUID] = field(default_factory=set)
    results: dict[uuid.UUID, Result] = field(default_factory=dict)


def read_notes(entries: Iterable[bytes]) -> Notes:
    """The notes of one list. What can't be read is taken as begun where it names a message."""
    notes = Notes()
    for entry in entries:
        kind, rest = entry[:1], entry[1:]
        if len(rest) < 16:
            continue
        delivery_id = uuid.UUID(bytes=rest[:16])
        if kind == _FINISHED:
            word, _space, text = rest[18:].decode("utf-8", "replace").partition(" ")
            # Not ``in Outcome``: Python 3.11 raises TypeError for a word that is no member's type.
            if word in _OUTCOMES:
                notes.results[delivery_id] = Result(
                    delivery_id, Outcome(word), int.from_bytes(rest[16:18], "big"), text
                )
                notes.begun.discard(delivery_id)
                continue
        if delivery_id not in notes.results:
            notes.begun.add(delivery_id)
    return notes
