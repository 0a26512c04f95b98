"""The engagement log of stakeholders, which the other capabilities write to."""

from __future__ import annotations

import uuid

from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.directory import selectors
from comms.directory.models import Engagement


def record_engagement(
    *, actor: Actor, stakeholder_id: uuid.UUID, kind: str, subject_id: uuid.UUID
) -> Engagement:
    """Note that the stakeholder was engaged in something; the same again changes nothing.

    For an app's own service, which has checked what the actor may do with the subject and records the act itself.
    Raises NotFoundError for a stakeholder that the actor may not see.
    """
    with in_workspace(actor.workspace_id):
        stakeholder = selectors.get_stakeholder(actor, stakeholder_id)
        row, _made = Engagement.objects.get_or_create(
            stakeholder=stakeholder,
            kind=Engagement.Kind(kind),
            subject_id=subject_id,
            defaults={"workspace_id": actor.workspace_id, "noted_by": actor.user_id},
        )
    return row


def drop_engagements(*, kind: str, subject_id: uuid.UUID) -> int:
    """Take a subject out of every stakeholder's log: it was noted wrongly, or is erased. How many entries went.

    Inside `in_workspace`, for an app's own service, as above; whoever asks need not see the stakeholders.
    """
    gone, _by_model = Engagement.objects.filter(
        kind=Engagement.Kind(kind), subject_id=subject_id
    ).delete()
    return gone
