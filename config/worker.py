"""The worker. Run as ``python -m config.worker PROCESSES``.

As ``celery worker``, without Celery's command line: that loads an interactive shell for a broker that we don't
use, which takes half a second of every start.
"""

from __future__ import annotations

import gc
import logging
import sys

from comms.core.warming import spare_the_collector
from config.celery import app


def main(processes: int) -> int:
    """Work until SIGTERM; returns the exit code."""
    # What is loaded now stays.
    gc.disable()
    worker = app.Worker(
        pool_cls="prefork",
        concurrency=processes,
        without_gossip=True,
        without_mingle=True,
        loglevel=logging.INFO,
        quiet=True,
    )
    # Before it forks its processes, which share the memory of what nobody looks through.
    spare_the_collector()
    gc.enable()
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
