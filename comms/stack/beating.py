"""Celery's scheduler with a pulse: beat was seen to wait for ever after the broker was killed under it.

The supervisor starts it again when the pulse stops (``definitions.beat_service``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler

from comms.stack.service import PULSE


class PulsedScheduler(PersistentScheduler):
    """As Celery's own, and touches a file after each round through the schedule."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        delay: float = super().tick(*args, **kwargs)
        note = os.environ.get(PULSE)
        if note:
            Path(note).touch()
        return delay
