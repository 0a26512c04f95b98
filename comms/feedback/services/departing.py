"""What becomes of somebody's cases when they leave the workspace, or may not work on cases any more."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from comms.accounts import selectors as accounts
from comms.core.actors import Actor, Role
from comms.feedback.models import Case
from comms.feedback.policies import WORKERS
from comms.feedback.services import events
from comms.ledger import services as ledger

_NAMED = 500
"""Cases whose own trail says so; of more, only the person's does."""


def free_cases(actor: Actor, user_id: uuid.UUID) -> None:
    """Their cases are nobody's from now on, and what is due is told to everybody who works on cases.

    Inside `in_workspace`, and in the transaction that ends their membership.
    """
    held = list(
        Case.objects.select_for_update()
        .filter(workspace_id=actor.workspace_id, owner_id=user_id)
        .order_by("submission_id")
        .values_list("submission_id", flat=True)
    )
    if not held:
        return
    Case.objects.filter(submission_id__in=held).update(
        owner_id=None, reminded_at=None, reminding_until=None
    )
    for case_id in held[:_NAMED]:
        ledger.record(
            action="feedback.assigned",
            actor=actor,
            subject_type="case",
            subject_id=case_id,
            details={"name": ""},
        )
    ledger.record(
        action="feedback.freed_cases",
        actor=actor,
        subject_type="user",
        subject_id=user_id,
        details={
            "name": accounts.names_of([user_id]).get(user_id, ""),
            "count": len(held),
        },
    )
    events.tell_cases(actor.workspace_id)


def free_cases_unless_working(actor: Actor, user_id: uuid.UUID, roles: Collection[Role]) -> None:
    """The same, unless they may still work on cases with these roles."""
    if not set(roles) & set(WORKERS):
        free_cases(actor, user_id)
