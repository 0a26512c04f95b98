#!/usr/bin/env python3
"""The door to every command: ``python manage.py help``."""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path


def main() -> None:
    """Run the command that was asked for; a reader that leaves early (`| head -1`) ends it quietly."""
    try:
        try:
            _run()
        finally:
            sys.stdout.flush()  # while it can still be caught: Python's own comes too late
    except BrokenPipeError:
        if not _nobody_reads():
            raise  # it was another pipe, and that is worth a traceback
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (sys.stdout, sys.stderr):
            os.dup2(nowhere, stream.fileno())
        sys.exit(128 + signal.SIGPIPE)  # as every other program in a pipeline


def _nobody_reads() -> bool:
    """Whether what takes our output has gone."""
    watch = select.poll()
    for stream in (sys.stdout, sys.stderr):
        watch.register(stream.fileno(), select.POLLERR)
    return any(events & select.POLLERR for _number, events in watch.poll(0))


def _run() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    try:
        from django.core.exceptions import ImproperlyConfigured

        from comms.stack import up
        from comms.stack.errors import StackError
    except ImportError as error:
        sys.exit(
            f"The package {error.name} isn't installed: run 'make run', which installs it, or start "
            "with .venv/bin/python."
        )
    try:
        if sys.argv[1:] == ["up"]:
            # Without Django's set-up, which takes longer than the servers need to start.
            sys.exit(up.main())
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except (StackError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
