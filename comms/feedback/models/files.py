"""Sealed files of answers and of the dialogue. The bytes lie in the storage."""

from __future__ import annotations

import uuid

from django.db import models

from comms.core.tenancy import WorkspaceOwned
from comms.feedback.models.submissions import today


class File(WorkspaceOwned):
    """One sealed file, in chunks of 1 MiB and 16 bytes, the last one shorter.

    Name, kind and key are in what was sealed and never here. Until something that was sent names it, `submission`
    is None (an answer's) or it `is_used` (a dialogue's) not, and it goes after a day. Only the day of its
    beginning is kept, since the hour would be the person's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.ForeignKey("feedback.Form", on_delete=models.CASCADE, related_name="files")
    submission = models.ForeignKey(
        "feedback.Submission", null=True, on_delete=models.SET_NULL, related_name="files"
    )
    # Of a reply; None for the person's.
    uploader_id = models.UUIDField(null=True, editable=False)
    size = models.PositiveIntegerField(editable=False)
    begun_on = models.DateField(default=today, editable=False)
    is_complete = models.BooleanField(default=False, editable=False)
    is_used = models.BooleanField(default=False, editable=False)
    is_removed = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["workspace"], include=["size"], name="feedback_file_sum"),
            models.Index(
                fields=["workspace", "begun_on"],
                condition=models.Q(is_used=False) | models.Q(is_removed=True),
                name="feedback_file_sweep",
            ),
        ]


class FilePart(WorkspaceOwned):
    """One sealed chunk that has arrived whole. `name` is its place in the storage."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField(editable=False)
    sha256 = models.BinaryField(max_length=32, editable=False)
    name = models.CharField(max_length=200, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="feedback_part_once")
        ]
