"""What a stakeholder was engaged in, as the other capabilities say it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Engagement(WorkspaceOwned):
    """One entry of a stakeholder's engagement log: what kind of thing, which one, and who of the team noted it.

    `subject_id` is the id of a case or the like; the app that wrote the entry knows what is behind it.
    """

    class Kind(models.TextChoices):
        FEEDBACK = "feedback", _("Linked to a case of feedback")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stakeholder = models.ForeignKey(
        "directory.Stakeholder", on_delete=models.CASCADE, related_name="engagements"
    )
    stakeholder_id: uuid.UUID
    kind = models.CharField(max_length=20, choices=Kind.choices, editable=False)
    subject_id = models.UUIDField(editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    noted_by = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stakeholder", "kind", "subject_id"], name="engagement_once"
            )
        ]
        indexes = [models.Index(fields=["stakeholder", "-at"], name="engagement_log")]
