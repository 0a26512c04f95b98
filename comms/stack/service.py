"""One service of the stack: how its process is started, known to be ready, and stopped."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PULSE = "COMMS_BEAT_PULSE"
"""In beat's environment: the file that it touches after each round."""


def nothing_left() -> list[str]:
    """For services that leave nothing behind."""
    return []


@dataclass(frozen=True)
class Service:
    """A process that the supervisor keeps alive."""

    name: str
    """As shown to people."""
    command: Callable[[], list[str]]
    """The launched command (``processes.launched``), worked out anew for each start."""
    is_ready: Callable[[], Awaitable[bool]]
    """One short look whether it answers; an OSError counts as no."""
    cwd: Path
    env: Mapping[str, str]
    log: Path
    stdin: bytes | None = field(default=None, repr=False)
    clear_leftovers: Callable[[], list[str]] = nothing_left
    """Before each start, in a thread: end what an earlier process left, and say what it was."""
    stop_signals: tuple[tuple[int, float], ...] = ((signal.SIGTERM, 8.0),)
    """Signals in turn, each with the seconds it is given; SIGKILL to the group comes last."""
    is_alive: Callable[[], bool] | None = None
    """Once ready: False when the process still runs but does nothing any more, so that it is killed."""
    start_patience: float = 60.0
    """Seconds until the first start is given up."""


@dataclass
class State:
    """What the supervisor knows of a service just now."""

    pid: int | None = None
    ready: bool = False
    restarts: int = 0
    last_end: str = ""
    """How the last process ended, in words."""
