"""Sealed files: which there are, and which of their chunks have arrived. The bytes lie in the storage."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Blob(WorkspaceOwned):
    """One sealed file of a thread, in chunks of 1 MiB and 16 bytes, the last one shorter.

    The id is a UUIDv4 that the uploader's browser draws; name, kind and key are in a message and never
    here. `size` in bytes before sealing, which fixes the number of chunks. `completed_at`: all of them are
    here. `removed_at`: nobody finds it any more, its bytes are about to go.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="blobs")
    uploader_id = models.UUIDField(editable=False)
    size = models.PositiveIntegerField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            # What a workspace holds is added up before each upload, without reading the rows.
            models.Index(fields=["workspace"], include=["size"], name="thread_blob_sum"),
            models.Index(
                fields=["workspace", "uploader_id"],
                condition=models.Q(completed_at=None),
                name="thread_blob_open",
            ),
            models.Index(
                fields=["workspace"],
                condition=models.Q(removed_at__isnull=False),
                name="thread_blob_removed",
            ),
        ]


class Chunk(WorkspaceOwned):
    """One sealed chunk that has arrived whole. `name` is its place in the storage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveSmallIntegerField(editable=False)
    sha256 = models.BinaryField(max_length=32, editable=False)
    name = models.CharField(max_length=200, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blob", "number"], name="blob_chunk_once")]
