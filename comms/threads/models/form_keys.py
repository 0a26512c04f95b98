"""What the answers of a form are sealed to: one public key for each epoch of the form's thread."""

from __future__ import annotations

from django.db import models

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class FormKey(WorkspaceOwned):
    """One form key, byte for byte as the epoch's author signed it. `epoch_hash` is what submissions name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey("threads.Thread", on_delete=models.CASCADE, related_name="form_keys")
    number = models.PositiveIntegerField(editable=False)
    epoch_hash = models.BinaryField(max_length=32, editable=False)
    content = models.BinaryField(max_length=8192, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="thread_form_key_once")
        ]
