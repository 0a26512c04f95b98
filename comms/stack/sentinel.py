"""Ends what the supervisor started, if the supervisor itself is killed.

The kernel ends a service's first process when the supervisor dies (``launch.py``), but not that
process's own children. This program reads process groups from standard input (``+GROUP`` and
``-GROUP``, one a line) and, when the pipe breaks, kills those that are left. It needs nothing but the
standard library, and no signal but SIGKILL stops it before its work is done.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

PATIENCE = 5.0
"""Seconds between asking and killing: PostgreSQL and Valkey stop cleanly in less."""


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, number_text = line[:1], line[1:].strip()
        if sign == "+":
            groups.add(int(number_text))
        else:
            groups.discard(int(number_text))
    send(groups, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(exists(group) for group in groups):
        time.sleep(0.05)
    send(groups, signal.SIGKILL)


def send(groups: set[int], number: int) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
