"""The sealer's ticks, and the background half of a key rotation."""

from __future__ import annotations

import uuid

from celery import shared_task

from comms.core.jobs import enqueue
from comms.core.tenancy import every_workspace
from comms.ledger import selectors, services


@shared_task(name="ledger.tick")
def tick() -> None:
    """Wake a sealer for each workspace with new entries."""
    for workspace_id in selectors.list_pending_workspaces():
        enqueue("ledger.seal", workspace_id=workspace_id)


@shared_task(name="ledger.seal")
def seal(*, workspace_id: str) -> None:
    """Chain what waits in one workspace."""
    services.seal_pending(uuid.UUID(workspace_id))


@shared_task(name="ledger.tick_keys")
def tick_keys() -> None:
    """Wake the re-encryption of each workspace whose newest data key is not yet the only one in use."""
    for workspace_id in every_workspace():
        if services.needs_reencryption(workspace_id):
            enqueue("ledger.reencrypt", workspace_id=workspace_id)


@shared_task(name="ledger.reencrypt")
def reencrypt(*, workspace_id: str) -> None:
    """Seal a share of the workspace's values anew; comes back by itself until all are done."""
    if services.reencrypt_share(uuid.UUID(workspace_id)) is services.Progress.MORE:
        enqueue("ledger.reencrypt", workspace_id=workspace_id)
