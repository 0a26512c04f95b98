"""The wrapped keys of encrypted fields. Here because the ledger is the lowest floor with tables."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7


class DataKey(models.Model):
    """One key of a workspace, wrapped. Rows are added and rewrapped, never deleted: old values need them.

    `reencrypted_at` says when every value under an older key had been sealed anew under this one.
    """

    class Purpose(models.TextChoices):
        FIELDS = "fields"
        INDEX = "index"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace_id = models.UUIDField(editable=False)
    purpose = models.CharField(max_length=6, choices=Purpose.choices, editable=False)
    version = models.PositiveIntegerField(editable=False)
    kek_id = models.CharField(max_length=64, editable=False)
    wrapped = models.BinaryField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    reencrypted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace_id", "purpose", "version"], name="data_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose="fields") | models.Q(version=1),
                name="data_key_one_index_key",
            ),
        ]
