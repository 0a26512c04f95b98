"""Ticks of feedback. Each goes through the workspaces one by one."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from celery import shared_task

from comms.accounts.selectors import list_workspace_ids
from comms.feedback import services

log = structlog.get_logger(__name__)


@shared_task(name="feedback.tick_cases")
def tick_cases() -> None:
    """Remind of cases that are due soon, and mark those that are overdue."""
    _everywhere(services.remind_due)
    _everywhere(services.mark_overdue)


@shared_task(name="feedback.tick_forms")
def tick_forms() -> None:
    """Close forms whose time is up."""
    _everywhere(services.close_due_forms)


@shared_task(name="feedback.tick_files")
def tick_files() -> None:
    """Destroy files that nothing names a day after they were begun, and finish removals."""
    _everywhere(services.sweep_files)


@shared_task(name="feedback.tick_erasures")
def tick_erasures() -> None:
    """Enter into the audit trail what people erased on days that are over."""
    _everywhere(services.record_erasures)


def _everywhere(work: Callable[[uuid.UUID], int]) -> None:
    """What fails in one workspace is said, and keeps no other one waiting."""
    for workspace_id in list_workspace_ids():
        try:
            work(workspace_id)
        except Exception as error:  # whatever it was, the next workspace gets its turn
            log.exception(
                "feedback.tick_failed",
                work=work.__name__,
                workspace=str(workspace_id),
                error=type(error).__name__,
            )
