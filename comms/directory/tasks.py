"""The directory's work for workers."""

from __future__ import annotations

import uuid

from celery import shared_task

from comms.accounts.selectors import list_workspace_ids
from comms.core.jobs import enqueue
from comms.core.tenancy import in_workspace
from comms.directory import selectors
from comms.directory.services import imports


@shared_task(name="directory.advance_import")
def advance_import(*, workspace_id: str, import_id: str) -> None:
    """Check or import the rows that are left."""
    imports.advance_import(workspace_id=uuid.UUID(workspace_id), import_id=uuid.UUID(import_id))


@shared_task(name="directory.tick")
def tick() -> None:
    """Take up imports whose worker died or whose wake-up was lost."""
    for workspace_id in selectors.list_workspaces_with_imports():
        with in_workspace(workspace_id):
            for import_id in selectors.list_waiting_import_ids():
                enqueue("directory.advance_import", workspace_id=workspace_id, import_id=import_id)


@shared_task(name="directory.forget_old_imports")
def forget_old_imports() -> None:
    """Delete uploads and explanations whose time is over."""
    for workspace_id in list_workspace_ids():
        with in_workspace(workspace_id):
            imports.forget_old_imports()
