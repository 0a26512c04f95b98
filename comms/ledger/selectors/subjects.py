"""What was done to one thing, for the page of that thing."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from comms.ledger.models import AuditEntry


def list_acts_on(
    workspace_id: uuid.UUID, subject_id: uuid.UUID, *, actions: Collection[str], limit: int = 50
) -> list[AuditEntry]:
    """These acts on one subject, the newest first. Inside `in_workspace`.

    The trail as a whole is for administrators and analysts; the caller has loaded the subject for a
    person who may see it, and names the acts that its page tells of.
    """
    return list(
        AuditEntry.objects.filter(
            workspace_id=workspace_id, subject_id=subject_id, action__in=list(actions)
        ).order_by("-id")[:limit]
    )


def latest_acts_on(
    workspace_id: uuid.UUID, subject_ids: Collection[uuid.UUID], *, actions: Collection[str]
) -> dict[uuid.UUID, AuditEntry]:
    """The newest of these acts on each subject, in one query. Inside `in_workspace`; see `list_acts_on`."""
    newest = (
        AuditEntry.objects.filter(
            workspace_id=workspace_id,
            subject_id__in=list(subject_ids),
            action__in=list(actions),
        )
        .order_by("subject_id", "-id")
        .distinct("subject_id")
    )
    return {entry.subject_id: entry for entry in newest if entry.subject_id}
