"""Ticks of threads."""

from __future__ import annotations

from celery import shared_task

from comms.accounts.selectors import list_workspace_ids
from comms.threads import services


@shared_task(name="threads.tick_blobs")
def tick_blobs() -> None:
    """Destroy uploads that were left unfinished, and finish the removal of files, in every workspace."""
    for workspace_id in list_workspace_ids():
        services.sweep_blobs(workspace_id)


@shared_task(name="threads.tick_seats")
def tick_seats() -> None:
    """Take out who is no member of the workspace any more, and hold sending for keys that were replaced."""
    for workspace_id in list_workspace_ids():
        services.sweep_seats(workspace_id)
        services.sweep_stale_keys(workspace_id)


@shared_task(name="threads.tick_waiting")
def tick_waiting() -> None:
    """Mail the members for whom something waits, in every workspace."""
    for workspace_id in list_workspace_ids():
        services.mail_waiting(workspace_id)
