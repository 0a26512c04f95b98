"""The services' logs: one file each, cut to a bounded size while they are being written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comms.stack.folder import unwritable

LARGEST = 10 * 1024 * 1024
KEPT = 5
"""Older files beside the current one: NAME.log.1 is the newest of them."""


@contextmanager
def open_log(path: Path) -> Iterator[int]:
    """Open a log for a child process to append to; yields the descriptor."""
    try:
        # Appending, so that the child goes on at the new end after the file was cut.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unwritable(path.parent, error) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def rotate(folder: Path) -> None:
    """Move what is in logs over the limit to numbered files. A line written meanwhile may be lost."""
    for path in folder.glob("*.log"):
        if path.stat().st_size < LARGEST:
            continue
        for number in range(KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        copy = path.with_name(f"{path.name}.1")
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
        # Copied and emptied, not renamed: the process that writes keeps its descriptor.
        os.truncate(path, 0)


def last_words(path: Path) -> str:
    """The last line of a log as an end of a sentence, or nothing; long lines are cut."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 8192))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"; its last words were: {last[:300]}" if last else ""
