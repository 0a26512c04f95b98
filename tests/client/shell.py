"""comms-cli as a process of its own, as somebody runs it in a shell."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PASSING = frozenset({"typing", "receipt", "draft"})
PROGRAM = [sys.executable, "-m", "comms.client"]


class Following:
    """`comms-cli follow` while it runs: its lines, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self, within: float = 60.0, *, kind: str = "") -> Any:
        """The next JSON document, or the next of a kind; what passes by comes only if it is asked for by its kind.

        Fails if none comes.
        """
        deadline = time.monotonic() + within
        while True:
            try:
                found = json.loads(self._lines.get(timeout=0.2))
                if found["kind"] == kind or (not kind and found["kind"] not in PASSING):
                    return found
            except queue.Empty:
                assert self.process.poll() is None, f"it ended with {self.process.returncode}"
                assert time.monotonic() < deadline, "it said nothing more"

    def ended(self, within: float = 60.0) -> int:
        """The exit code, once it has ended by itself."""
        return self.process.wait(within)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)


def run(home: Path, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return subprocess.run(
        [*PROGRAM, "--home", str(home), "--json", *words],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def done(home: Path, *words: str, text: str = "") -> list[Any]:
    """A command that must succeed: its JSON documents."""
    found = run(home, *words, text=text)
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


@contextmanager
def following(home: Path, *words: str) -> Iterator[Following]:
    """Follows a conversation until the block ends."""
    process = subprocess.Popen(
        [*PROGRAM, "--home", str(home), "--json", "follow", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Following(process)
    finally:
        process.terminate()
        process.wait(20)
