"""How to reach stakeholders, and which addresses nothing may be sent to."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.fields import BlindIndexField, EncryptedTextField
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.directory.models.choices import Channel, ContactState, SuppressionReason
from comms.directory.models.normalise import same_address


class ContactPoint(WorkspaceOwned):
    """One address of a stakeholder. Among those of one channel the lowest `position` is used first.

    An e-mail address belongs to one stakeholder of a workspace, so that nobody gets a message twice;
    missions share buildings and switchboards, so telephone and postal addresses may repeat.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stakeholder = models.ForeignKey(
        "directory.Stakeholder", on_delete=models.CASCADE, related_name="contact_points"
    )
    stakeholder_id: uuid.UUID
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    address = EncryptedTextField(_("address"))
    address_index = BlindIndexField(source="address", normalise=same_address)
    label = models.CharField(_("label"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ContactState.choices, default=ContactState.OK)
    # The state of the newest `Suppression` of this address, kept here so that sending needs no further join.
    suppressed_at = models.DateTimeField(null=True, editable=False)
    suppressed_reason = models.CharField(
        max_length=12, choices=SuppressionReason.choices, blank=True, editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "address_index"],
                condition=Q(channel=Channel.EMAIL),
                name="contact_point_email_once",
            ),
            models.UniqueConstraint(
                fields=["stakeholder", "channel", "address_index"],
                name="contact_point_once_each",
            ),
            models.CheckConstraint(
                condition=Q(suppressed_at=None, suppressed_reason="")
                | (Q(suppressed_at__isnull=False) & ~Q(suppressed_reason="")),
                name="contact_point_suppressed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "channel", "stakeholder", "position", "id"],
                name="contact_point_first",
            ),
            models.Index(
                fields=["workspace", "channel", "address_index"], name="contact_point_by_address"
            ),
        ]

    @property
    def is_suppressed(self) -> bool:
        """Nothing may be sent to it."""
        return self.suppressed_at is not None


class Suppression(WorkspaceOwned):
    """Nothing is sent to this address, whoever's it is and even if it is removed and added again.

    Knows the address only by its blind index. Lifted only by a person, who says why.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address_index = models.BinaryField(max_length=32)
    reason = models.CharField(max_length=12, choices=SuppressionReason.choices)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.UUIDField(null=True, editable=False)
    lifted_at = models.DateTimeField(null=True, editable=False)
    lifted_by = models.UUIDField(null=True, editable=False)
    lifted_because = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "channel", "address_index"],
                condition=Q(lifted_at=None),
                name="suppression_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_by__isnull=False),
                name="suppression_lifted_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "channel", "address_index", "-at"], name="suppression_history"
            )
        ]
