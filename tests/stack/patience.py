"""Waiting for what happens in another process, with a limit."""

from __future__ import annotations

import time
from collections.abc import Callable


def eventually(holds: Callable[[], bool], *, within: float = 20.0) -> None:
    """Return as soon as it holds; fail the test when it still doesn't after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)
