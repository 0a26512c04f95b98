"""The newest receipt of each member: an ephemeral envelope that is kept until the next replaces it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Receipt(WorkspaceOwned):
    """How far a member says to the others that they have read, sealed to them. Outside the transcript."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="receipts")
    member_id = models.UUIDField(editable=False)
    content = models.BinaryField(max_length=64 * 1024, editable=False)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "member_id"], name="thread_receipt_once")
        ]
