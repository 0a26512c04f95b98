"""Commands in a pipeline, as administrators use them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comms.stack.options import PROJECT


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["at the end", "while it writes"])
def test_a_reader_that_leaves_early_ends_a_command_quietly(tmp_path: Path, unbuffered: str) -> None:
    """`manage.py status | head -1`: no traceback, and the exit code that programs have in a pipeline."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [sys.executable, PROJECT / "manage.py", "status"],
            stdout=writing,
            stderr=subprocess.PIPE,
            env={**os.environ, "VAR": str(tmp_path), "PYTHONUNBUFFERED": unbuffered},
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert ended.stderr == ""
    assert ended.returncode == 128 + signal.SIGPIPE
