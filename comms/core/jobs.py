"""Work for the workers, handed over on commit.

A job is a wake-up: its arguments are ids, the row in PostgreSQL is the queue. A wake-up that is lost
(Valkey down) is made good by the next tick, so handing over never fails the request.
"""

from __future__ import annotations

import uuid

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

log = structlog.get_logger(__name__)


def enqueue(name: str, **ids: uuid.UUID | str | int) -> None:
    """Send the task `name` to the workers once the open transaction commits. `ids` are its arguments."""
    arguments = {
        key: str(value) if isinstance(value, uuid.UUID) else value for key, value in ids.items()
    }
    transaction.on_commit(lambda: _send(name, arguments))


def _send(name: str, arguments: dict[str, str | int]) -> None:
    # Services may not import celery; this seam is why they need not. It is loaded by whoever has a job for it.
    from kombu.exceptions import OperationalError

    jobs = import_string(settings.JOBS)
    try:
        jobs.send_task(name, kwargs=arguments, retry=False)
    except (OSError, OperationalError) as error:
        log.warning("job.not_handed_over", task=name, error=type(error).__name__)
