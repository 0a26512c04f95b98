"""The ends of the trails."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from django.db import connection

from comms.core.tenancy import in_workspace
from comms.ledger import chain
from comms.ledger.models import AuditEntry


class Head(NamedTuple):
    """The last sealed entry of a trail: its number (0 for an empty trail) and its hash."""

    seq: int
    hash: bytes

    @property
    def hex(self) -> str:
        """The hash as people compare it."""
        return self.hash.hex()


def get_head(workspace_id: uuid.UUID) -> Head:
    """The end of the workspace's trail. Only for code that is inside the workspace already."""
    last = (
        AuditEntry.objects.filter(workspace_id=workspace_id, seq__isnull=False)
        .order_by("-seq")
        .values_list("seq", "hash")
        .first()
    )
    return Head(0, chain.START) if last is None else Head(last[0] or 0, bytes(last[1] or b""))


def audit_head(workspace_id: uuid.UUID) -> tuple[int, str]:
    """(number, hash in hexadecimal) of the last sealed entry; (0, 64 zeros) for an empty trail."""
    with in_workspace(workspace_id):
        head = get_head(workspace_id)
    return head.seq, head.hex


def has_pending(workspace_id: uuid.UUID) -> bool:
    """True when the workspace has entries that wait for the sealer."""
    with in_workspace(workspace_id):
        return AuditEntry.objects.filter(workspace_id=workspace_id, seq=None).exists()


def list_pending_workspaces() -> list[uuid.UUID]:
    """Workspaces, the deployment among them, with committed entries that wait for the sealer. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_pending_workspaces()")
        return [workspace_id for (workspace_id,) in cursor.fetchall()]
