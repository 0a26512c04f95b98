"""How soon people should hear from the team."""

from __future__ import annotations

import uuid

from django.conf import settings

from comms.core.actors import Actor
from comms.feedback.models import Times
from comms.feedback.selectors.doors import require_look


def get_times(actor: Actor) -> Times:
    """The workspace's times, or the defaults, which are in no row yet. Raises ForbiddenError."""
    require_look(actor)
    return times_of(actor.workspace_id)


def times_of(workspace_id: uuid.UUID) -> Times:
    """The same for the system itself. Inside `in_workspace`."""
    found = Times.objects.filter(workspace_id=workspace_id).first()
    return found or Times(workspace_id=workspace_id, reminder_hours=settings.FEEDBACK_REMIND_HOURS)
