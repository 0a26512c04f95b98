"""Batches that a sender took, and how fast senders may go."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Claim(WorkspaceOwned):
    """A batch of deliveries in one sender's hands until `lease_until`, which the sender keeps moving.

    `store_run` is the life of the Valkey that holds the batch's notes (`journal.lives`): another one there
    later means that the notes may have lost their tail.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(
        "campaigns.Edition", on_delete=models.CASCADE, related_name="claims", db_index=False
    )
    shard = models.PositiveSmallIntegerField(editable=False)
    sender = models.CharField(max_length=80, editable=False)
    store_run = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField(editable=False)
    lease_until = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    recovered = models.BooleanField(default=False, editable=False)
    sent = models.PositiveIntegerField(default=0, editable=False)

    edition_id: uuid.UUID

    class Meta:
        indexes = [
            models.Index(
                fields=["workspace", "lease_until"],
                condition=models.Q(closed_at=None),
                name="claim_open",
            ),
            models.Index(fields=["edition", "-created_at"], name="claim_recent"),
        ]


class SendingCap(WorkspaceOwned):
    """The most messages a second that a workspace allows for all mail, one sender or one destination."""

    class Kind(models.TextChoices):
        CHANNEL = "channel", _("All messages of a channel")
        SENDER = "sender", _("One sender's address")
        DOMAIN = "domain", _("One destination domain")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("what is limited"), max_length=8, choices=Kind.choices)
    key = models.CharField(
        _("which one"),
        max_length=254,
        help_text=_("email, the sender's address, or a domain. * means each domain."),
    )
    per_second = models.PositiveIntegerField(_("messages a second"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "kind", "key"], name="cap_once"),
            models.CheckConstraint(condition=models.Q(per_second__gte=1), name="cap_positive"),
        ]
