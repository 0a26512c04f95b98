"""Writing entries, and erasing what they say about a person."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import Any

from comms.core.actors import Actor
from comms.core.tenancy import current_workspace_id, in_deployment
from comms.ledger import chain
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

    `action` is `app.verb_noun` (`campaigns.approved_edition`); the sentence for it is in the app's
    `audit.py`. `details` holds JSON values and never a secret; it is encrypted, and can be erased later.
    Without an actor the system itself acted. The sealer chains the entry within a second of the commit.
    """
    workspace_id = current_workspace_id()
    if workspace_id is None:
        raise OutsideWorkspaceError(f"{action} recorded outside in_workspace")
    salt = os.urandom(chain.SALT_BYTES)
    canonical = chain.canonical_details(details or {})
    return AuditEntry.objects.create(
        workspace_id=workspace_id,
        actor_id=actor.user_id if actor else actor_id,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        salt=salt,
        details=chain.parsed(canonical),
        details_hash=chain.hash_details(salt, canonical),
    )


def record_deployment(
    *,
    action: str,
    actor_id: uuid.UUID | None = None,
    subject_type: str = "",
    subject_id: uuid.UUID | None = None,
    details: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Record an act outside any workspace (a backup, a new workspace) in the deployment's own trail."""
    with in_deployment():
        return record(
            action=action,
            actor_id=actor_id,
            subject_type=subject_type,
            subject_id=subject_id,
            details=details,
        )


def erase_details(*, actor: Actor, subject_type: str, subject_id: uuid.UUID, **why: Any) -> int:
    """Erase for good what all entries about one subject say; how many were erased.

    The acts themselves, who did them and when stay, and so does the chain: it holds a salted hash of the
    details, and the salt goes with them. For an app's own erasure service, which has checked that the
    actor may erase the subject. The erasure is recorded with `why`.
    """
    erased = AuditEntry.objects.filter(
        workspace_id=actor.workspace_id,
        subject_type=subject_type,
        subject_id=subject_id,
        details__isnull=False,
    ).update(details=None, salt=None)
    record(
        action="ledger.erased_details",
        actor=actor,
        subject_type=subject_type,
        subject_id=subject_id,
        details={**why, "entries": erased},
    )
    return erased
