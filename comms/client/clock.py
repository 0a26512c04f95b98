"""Whether this computer's clock can be believed, held against the times of the server's answers.

The server may lie about the time, so its time is never used for anything. When the two are far apart the person
is told, and nothing that carries a time goes out.
"""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

TOLERANCE: Final = 3600.0
"""Seconds. Less than this harms nobody; a wrong day, month or half of the day is more."""

_LONGEST_ANSWER: Final = 60.0


def local() -> float:
    """Seconds since 1970, by this computer's clock."""
    return time.time()


class Clock:
    """What the answers so far have told."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def note(self, date: str | None, asked_at: float) -> None:
        """Hold an answer's date against this computer's clock, which said `asked_at` when it was asked for."""
        now = local()
        # An answer that took longer may have waited while the computer slept.
        if date is None or not 0 <= now - asked_at <= _LONGEST_ANSWER:
            return
        try:
            theirs = parsedate_to_datetime(date)
        except ValueError:
            return
        self._ahead = now - theirs.replace(tzinfo=theirs.tzinfo or UTC).timestamp()

    @property
    def ahead(self) -> float:
        """Seconds that this computer is ahead of the server, negative if behind; 0 if they agree well enough."""
        return 0.0 if abs(self._ahead) < TOLERANCE else self._ahead
