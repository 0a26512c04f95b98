"""Generations of a thread's key: the signed record, and the key wrapped to each member."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Epoch(WorkspaceOwned):
    """One epoch record, byte for byte as its author signed it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="epochs")
    number = models.PositiveIntegerField(editable=False)
    epoch_hash = models.BinaryField(max_length=32, editable=False)
    author_id = models.UUIDField(editable=False)
    record = models.BinaryField(max_length=96 * 1024, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="thread_epoch_once")
        ]


class Wrap(WorkspaceOwned):
    """An epoch's key for one member, which only their keys open.

    A `history` wrap was given to somebody who joined later; the record doesn't list it.
    `fingerprint` names the keys that open it, empty for those that the record's roster names.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    epoch = models.ForeignKey(Epoch, on_delete=models.CASCADE, related_name="wraps")
    member_id = models.UUIDField(editable=False)
    content = models.BinaryField(max_length=1168, editable=False)
    # With defaults in the database too: while the migration runs, the release before goes on inserting.
    history = models.BooleanField(default=False, db_default=False, editable=False)
    fingerprint = models.BinaryField(max_length=32, default=bytes, db_default=b"", editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["epoch", "member_id"], name="epoch_wrap_once")
        ]
