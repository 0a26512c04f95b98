"""When a member last looked, and when a mail last said to them that something waits."""

from __future__ import annotations

from django.db import models

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Attendance(WorkspaceOwned):
    """One member of the workspace. `looked_at`: a page of theirs listened then, None if none ever did.

    `mailed_at` is set before the mail goes out, so that a killed worker sends nothing twice; it is put back
    only when the mail server has certainly not taken it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField(editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user_id"], name="thread_attendance_once")
        ]
