"""Writing to the audit trail."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Mapping

from comms.core.actors import Actor
from comms.core.jobs import enqueue
from comms.core.tenancy import current_workspace_id
from comms.ledger.models import AuditEntry


class OutsideWorkspaceError(RuntimeError):
    """An act was recorded outside `in_workspace`: a bug."""


def record(
    *,
    action: str,
    actor: Actor | None = None,
    actor_id: uuid.UUID | None = None,
    subject_type: str = "",
    subject_id: uuid.UUID | None = None,
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Record an act in the open workspace's trail, in the caller's transaction.

    `action` is `app.verb_noun` (`campaigns.approved_edition`). `details` holds JSON values and never a
    secret; personal data in it can be erased later. Without an actor the system itself acted.
    """
    workspace_id = current_workspace_id()
    if workspace_id is None:
        raise OutsideWorkspaceError(f"{action} recorded outside in_workspace")
    salt = os.urandom(32)
    canonical = json.dumps(
        details or {}, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )
    entry = AuditEntry.objects.create(
        workspace_id=workspace_id,
        actor_id=actor.user_id if actor else actor_id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        salt=salt,
        details=json.loads(canonical),
        details_hash=hashlib.sha256(salt + canonical.encode()).digest(),
    )
    enqueue("ledger.seal", workspace_id=workspace_id)
    return entry
