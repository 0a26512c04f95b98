"""Ticks of threads."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from celery import shared_task

from comms.accounts.selectors import list_workspace_ids
from comms.threads import services

log = structlog.get_logger(__name__)


@shared_task(name="threads.tick_blobs")
def tick_blobs() -> None:
    """Destroy uploads that were left unfinished, and finish the removal of files, in every workspace."""
    _everywhere(services.sweep_blobs)


@shared_task(name="threads.tick_seats")
def tick_seats() -> None:
    """Take out who is no member of the workspace any more, and hold sending for keys that were replaced."""
    _everywhere(services.sweep_seats)
    _everywhere(services.sweep_stale_keys)


@shared_task(name="threads.tick_waiting")
def tick_waiting() -> None:
    """Mail the members for whom something waits, in every workspace."""
    _everywhere(services.mail_waiting)


def _everywhere(work: Callable[[uuid.UUID], int]) -> None:
    """What fails in one workspace is said, and keeps no other one waiting."""
    for workspace_id in list_workspace_ids():
        try:
            work(workspace_id)
        except Exception as error:  # whatever it was, the next workspace gets its turn
            log.exception(
                "threads.tick_failed",
                work=work.__name__,
                workspace=str(workspace_id),
                error=type(error).__name__,
            )
