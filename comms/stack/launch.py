"""Becomes a service's program, tied to the life of the process that started it.

Run as ``python -I -S launch.py PARENT SIGNAL UID GID -- PROGRAM ARGUMENT…``. A program of its own,
not code between fork and exec, because that is unsafe in a process with threads. It must stay
importable without anything but the standard library.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process ``number`` when its parent is gone (Linux; else nothing)."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        # The parent went between our start and the request; nobody would ever send the signal.
        os._exit(0)


def main(arguments: list[str]) -> None:
    parent, number, uid, gid = (int(word) for word in arguments[:4])
    command = arguments[5:]
    if uid >= 0 and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which clears it.
    die_with_parent(parent, number)
    # Python ignores SIGPIPE and passes that on; programs expect the default.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - a program by its full path, without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
