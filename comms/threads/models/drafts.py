"""What a member has begun to write, sealed for nobody but themselves."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Draft(WorkspaceOwned):
    """The newest draft of one member in one thread; `box` is empty when there is none any more.

    `number` grows by one with every write, so that two browsers never overwrite each other unseen.
    `fingerprint` names the identity whose keys open the box.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="drafts")
    member_id = models.UUIDField(editable=False)
    number = models.PositiveBigIntegerField(editable=False)
    fingerprint = models.BinaryField(max_length=32, editable=False)
    box = models.BinaryField(max_length=66 * 1024, editable=False)
    written_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "member_id"], name="thread_draft_once")
        ]
        indexes = [models.Index(fields=["workspace", "member_id"], name="thread_draft_list")]
