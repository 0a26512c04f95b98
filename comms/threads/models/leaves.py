"""Notices of members who left, until an epoch without them is there."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Leave(WorkspaceOwned):
    """One signed notice, byte for byte. Once an epoch quotes it, the record keeps it and this row goes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="leaves")
    member_id = models.UUIDField(editable=False)
    content = models.BinaryField(max_length=4096, editable=False)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "member_id"], name="thread_leave_once")
        ]
