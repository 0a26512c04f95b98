"""Audit entries."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.fields import EncryptedJSONField
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
    salt = models.BinaryField(max_length=32, null=True, editable=False)
    details = EncryptedJSONField(null=True, editable=False)
    details_hash = models.BinaryField(max_length=32, editable=False)
    seq = models.BigIntegerField(null=True, editable=False)
    previous = models.BinaryField(max_length=32, null=True, editable=False)
    hash = models.BinaryField(max_length=32, null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace_id", "seq"], name="audit_seq_once"),
            models.CheckConstraint(
                condition=models.Q(seq=None, previous=None, hash=None)
                | models.Q(seq__gte=1, previous__isnull=False, hash__isnull=False),
                name="audit_sealed_whole",
            ),
            # The chain hashes lines of text: neither may bring a line of its own.
            models.CheckConstraint(
                condition=models.Q(action__regex=r"^[a-z_]+\.[a-z0-9_]+$"), name="audit_action_form"
            ),
            models.CheckConstraint(
                condition=models.Q(subject_type__regex=r"^[A-Za-z0-9_.]*$"),
                name="audit_subject_form",
            ),
        ]
        # Ids are ordered by time, so the newest come first in each of these.
        indexes = [
            models.Index(fields=["workspace_id", "-id"], name="audit_list"),
            models.Index(fields=["workspace_id", "action", "-id"], name="audit_by_action"),
            models.Index(fields=["workspace_id", "actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["workspace_id", "subject_id", "-id"], name="audit_by_subject"),
            models.Index(fields=["workspace_id", "at"], name="audit_by_time"),
            models.Index(
                fields=["workspace_id", "id"], condition=models.Q(seq=None), name="audit_unsealed"
            ),
        ]
