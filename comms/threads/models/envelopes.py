"""Sealed items of a thread, in the order in which they were accepted."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Envelope(WorkspaceOwned):
    """One envelope, byte for byte as its sender signed it. `t` is the transcript hash after it.

    (thread, sender, client, counter) makes sending again harmless: nobody uses up another's counters.
    Destruction empties `content` and keeps `seq` and `envelope_hash`, so that the transcript still adds up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="envelopes")
    seq = models.PositiveBigIntegerField(editable=False)
    sender_id = models.UUIDField(editable=False)
    client = models.BinaryField(max_length=16, editable=False)
    counter = models.PositiveBigIntegerField(editable=False)
    envelope_hash = models.BinaryField(max_length=32, editable=False)
    t = models.BinaryField(max_length=32, editable=False)
    content = models.BinaryField(max_length=64 * 1024, null=True, editable=False)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "seq"], name="envelope_seq_once"),
            models.UniqueConstraint(
                fields=["thread", "sender_id", "client", "counter"], name="envelope_sent_once"
            ),
        ]
