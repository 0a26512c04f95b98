"""How soon people should hear from the team."""

from __future__ import annotations

from django.db import models

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Times(WorkspaceOwned):
    """What a new form promises, and how long before that is due its owner is reminded: one row a workspace.

    `reply_hours` 0: no promise. Without a row the defaults hold.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reply_hours = models.PositiveIntegerField(default=0, editable=False)
    reminder_hours = models.PositiveIntegerField(default=24, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="feedback_times_once")]
