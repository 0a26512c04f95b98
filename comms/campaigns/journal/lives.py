"""How long Valkey keeps what it has acknowledged: until it is killed, until the machine stops, or always.

A claim remembers the life that its notes were written in. The same life later means that none was lost.

- *forced*: each write is forced to disk before it is acknowledged (`appendfsync always`).
- *written*: each write is with the kernel before it is acknowledged (`appendfsync no`), and the kernel is
  ours. A killed server loses nothing; a machine that loses its power may lose half a minute.
- otherwise the run of the server. That includes `appendfsync everysec`: it acknowledges writes that it has
  not handed to the kernel while the disk is slow. It also includes a server with replicas, since another
  one that lacks the last notes may take its place, and one that doesn't let us ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SECTIONS = ("server", "replication", "persistence")
SETTINGS = ("appendonly", "appendfsync")

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def life_of(
    info: Mapping[str, object], settings: Mapping[str, object], *, same_kernel: bool
) -> str:
    """The life that a server is in; at most 64 characters.

    `info` is INFO for `SECTIONS`, `settings` CONFIG GET for `SETTINGS`, empty if that is not allowed.
    `same_kernel` is True when it runs on this machine for sure. Raises KeyError without a run id.
    """
    run = str(info["run_id"])
    alone = (
        info.get("role") == "master"
        and str(info.get("connected_slaves")) == "0"
        # Never promoted: then it may have begun without its master's last writes.
        and str(info.get("second_repl_offset")) == "-1"
    )
    kept = settings.get("appendonly") == "yes" and info.get("aof_last_write_status") == "ok"
    if not (alone and kept):
        return run
    if settings.get("appendfsync") == "always":
        return "forced"
    boot = _boot_id() if same_kernel and settings.get("appendfsync") == "no" else ""
    return f"written:{boot}" if boot else run


def _boot_id() -> str:
    """What names the time since the kernel started; empty where there is no such thing."""
    try:
        return _BOOT.read_text().strip()[:40]
    except OSError:
        return ""
