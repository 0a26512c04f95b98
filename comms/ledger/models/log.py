"""The deployment's Merkle log. Deployment-wide: no workspace owns it, and what is in it is public.

Leaves, nodes, checkpoints and co-signatures are only ever added; a trigger refuses anything else, and the
product's role holds no right to it either.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from comms.core.ids import uuid7


class LogLeaf(models.Model):
    """One leaf, verbatim. `subject` is what it is about (its beginning): logged once and never again."""

    index = models.BigIntegerField(primary_key=True, editable=False)
    leaf = models.BinaryField(max_length=255, editable=False)
    subject = models.BinaryField(max_length=64, unique=True, editable=False)
    hash = models.BinaryField(max_length=32, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(index__gte=0), name="log_leaf_index")
        ]


class LogNode(models.Model):
    """The hash of one complete subtree. `place` numbers them as an in-order walk of the tree would."""

    place = models.BigIntegerField(primary_key=True, editable=False)
    hash = models.BinaryField(max_length=32, editable=False)


class LogCheckpoint(models.Model):
    """What the log signed at one size: the note with its own signature alone. One for each size, for ever."""

    size = models.BigIntegerField(primary_key=True, editable=False)
    note = models.BinaryField(max_length=2048, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)


class LogWitness(models.Model):
    """Somebody outside who watches the log. Kept when removed, for their co-signatures.

    The log is the deployment's, a witness is registered by one workspace (`added_by`), which alone may
    remove it: a team doesn't take another team's eyes away.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200, editable=False)
    verifier = models.CharField(max_length=400, editable=False)
    # Whose administrators may remove it; not a foreign key, as nothing of the ledger is.
    added_by = models.UUIDField(null=True, editable=False)
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(removed_at=None), name="log_witness_name_once"
            )
        ]


class LogCosignature(models.Model):
    """A witness's signature under a checkpoint: uint64 time and 64 bytes, as in the note."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checkpoint = models.ForeignKey(
        "ledger.LogCheckpoint", on_delete=models.PROTECT, related_name="cosignatures"
    )
    witness = models.ForeignKey(
        "ledger.LogWitness", on_delete=models.PROTECT, related_name="cosignatures"
    )
    signature = models.BinaryField(max_length=72, editable=False)
    seen_at = models.DateTimeField(editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["witness", "checkpoint"], name="log_cosigned_once")
        ]
