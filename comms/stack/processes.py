"""Starting, finding and ending processes; every wait is bounded."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launch.py")


def launched(
    command: Sequence[str | Path],
    *,
    signal_on_parent_death: int = signal.SIGKILL,
    uid: int = -1,
    gid: int = -1,
) -> list[str]:
    """Wrap a command so that it runs as the given user and dies with the calling process."""
    words = [os.getpid(), int(signal_on_parent_death), uid, gid, "--", *command]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, words)]


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    log: IO[bytes] | int,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> subprocess.Popen[bytes]:
    """Start a launched command in a process group of its own; ``stdin`` is written and closed."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    if stdin is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    return process


def stop(process: subprocess.Popen[bytes], number: int, *, patience: float) -> None:
    """Send the signal, wait up to ``patience`` seconds, then kill the whole process group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)


def kill_group(group: int) -> None:
    """Kill what is left of a process group; a group that is gone is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def process_ids() -> list[int]:
    """All processes that the kernel shows us; empty where there is no /proc."""
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names only
    except OSError:
        return []


def working_in(folder: Path) -> list[int]:
    """The processes whose working directory is the folder: exactly a cluster's postmaster and children."""
    found = []
    wanted = os.path.realpath(folder)
    for pid in process_ids():
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd") == wanted:  # noqa: PTH115 - a name, not a path to follow
                found.append(pid)
    return [pid for pid in found if is_alive(pid)]


def is_alive(pid: int) -> bool:
    """Whether the process runs: gone and zombie are both no."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self/stat").exists():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    return fields.rpartition(")")[2].split()[0] not in "ZX"


def name_of(pid: int) -> str:
    """What the process is called, for a person to read."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return "unknown"


def end(pids: Iterable[int], numbers: Sequence[tuple[int, float]]) -> list[int]:
    """Send each signal in turn and wait its seconds for all to go; returns those still alive."""
    left = [pid for pid in pids if is_alive(pid)]
    for number, patience in numbers:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while left and time.monotonic() < deadline:
            time.sleep(0.02)
            left = [pid for pid in left if is_alive(pid)]
        if not left:
            break
    return left


def marked(name: str, value: str) -> list[int]:
    """The processes whose environment holds ``name=value``: what an earlier supervisor started."""
    wanted = f"{name}={value}".encode()
    found = []
    for pid in process_ids():
        with contextlib.suppress(OSError):
            if pid != os.getpid() and wanted in Path(f"/proc/{pid}/environ").read_bytes().split(
                b"\0"
            ):
                found.append(pid)
    return [pid for pid in found if is_alive(pid)]
