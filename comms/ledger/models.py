"""Audit entries."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7


class AuditEntry(models.Model):
    """One act. `seq`, `previous` and `hash` are given by the sealer within a second of the act."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace_id = models.UUIDField(editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.UUIDField(null=True, editable=False)
    action = models.CharField(max_length=80, editable=False)
    subject_type = models.CharField(max_length=60, blank=True, editable=False)
    subject_id = models.UUIDField(null=True, editable=False)
    salt = models.BinaryField(max_length=32, editable=False)
    details = models.JSONField(null=True, editable=False)
    details_hash = models.BinaryField(max_length=32, editable=False)
    seq = models.BigIntegerField(null=True, editable=False)
    previous = models.BinaryField(max_length=32, null=True, editable=False)
    hash = models.BinaryField(max_length=32, null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "seq"], name="audit_seq_once")
        ]
        indexes = [
            models.Index(fields=["workspace_id", "-at"], name="audit_list"),
            models.Index(fields=["workspace_id", "action", "-at"], name="audit_by_action"),
            models.Index(
                fields=["workspace_id", "id"], condition=models.Q(seq=None), name="audit_unsealed"
            ),
        ]
