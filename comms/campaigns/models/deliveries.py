"""One message to one recipient over one channel. The row is the queue."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Delivery(WorkspaceOwned):
    """What became of one message. Made by the freeze only; who and what never change afterwards.

    Keeps the ids of stakeholder and contact point, not foreign keys: the record outlives an erased person,
    and 100,000 rows are frozen in seconds. The address itself stays, encrypted, in the directory.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DEFERRED = "deferred", _("Trying again later")
        FAILED = "failed", _("Refused")
        UNKNOWN = "unknown", _("Unknown")
        SUPPRESSED = "suppressed", _("Not sent on purpose")
        BOUNCED = "bounced", _("Bounced")
        COMPLAINED = "complained", _("Complained")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        CANCELLED = "cancelled", _("Cancelled")

    class Reason(models.TextChoices):
        """Why a delivery is in its state, where that needs a word."""

        NO_ADDRESS = "no_address", _("They have no e-mail address.")
        BOUNCED = "suppressed_bounced", _("The address refused earlier messages for good.")
        COMPLAINED = "suppressed_complained", _("They reported a message as unwanted.")
        UNSUBSCRIBED = "suppressed_unsubscribed", _("They unsubscribed.")
        STOPPED = "suppressed_officer", _("A member stopped messages to this address.")
        WITHDRAWN = "withdrawn", _("They withdrew or objected.")
        NO_BASIS = "no_basis", _("No lawful basis is recorded.")
        NO_VARIANT = "no_variant", _("There is no text in a language of theirs.")
        UNREADABLE = "unreadable", _("The message could not be made for this recipient.")
        REFUSED = "refused", _("The mail server refused it for good.")
        DEFERRED = "deferred", _("The mail server asked to try again later.")
        EXPIRED = "expired", _("The mail server kept putting it off for 48 hours.")
        INTERRUPTED = "interrupted", _("It was being handed over when something broke off.")
        RESENT = "resent", _("Sent again, as the edition's rule for unknowns says.")
        BY_PERSON = "by_person", _("A member decided.")
        CANCELLED = "cancelled", _("The edition was cancelled.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace",
        on_delete=models.CASCADE,
        related_name="+",
        editable=False,
        db_constraint=False,
        db_index=False,
    )
    edition = models.ForeignKey(
        "campaigns.Edition", on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    stakeholder_id = models.UUIDField(editable=False)
    contact_point_id = models.UUIDField(null=True, editable=False)
    channel = models.CharField(max_length=12, default="email", editable=False)
    variant = models.ForeignKey(
        "campaigns.EditionVariant",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        editable=False,
        db_constraint=False,
        db_index=False,
    )
    language = models.CharField(max_length=35, blank=True, editable=False)
    due_at = models.DateTimeField(editable=False)

    state = models.CharField(max_length=12, choices=State.choices, editable=False)
    reason = models.CharField(
        max_length=24, choices=Reason.choices, blank=True, db_default="", editable=False
    )
    attempt = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_attempt_at = models.DateTimeField(null=True, editable=False)
    claim = models.ForeignKey(
        "campaigns.Claim",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="deliveries",
        editable=False,
        db_constraint=False,
        db_index=False,
    )
    message_id = models.CharField(max_length=320, blank=True, db_default="", editable=False)
    last_error = models.CharField(max_length=300, blank=True, db_default="", editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    edition_id: uuid.UUID
    variant_id: uuid.UUID | None
    claim_id: uuid.UUID | None

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            # The stakeholder first: the same index finds everything that one person was sent.
            models.UniqueConstraint(
                fields=["stakeholder_id", "edition", "channel"], name="delivery_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("pending", "deferred"))
                | models.Q(next_attempt_at__isnull=False),
                name="delivery_waiting_has_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("sending", "unknown"))
                | models.Q(claim_id__isnull=False),
                name="delivery_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("suppressed", "cancelled"))
                | models.Q(variant_id__isnull=False, contact_point_id__isnull=False),
                name="delivery_has_text_and_address",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="suppressed") | ~models.Q(reason=""),
                name="delivery_suppressed_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=(
                        "pending",
                        "sending",
                        "sent",
                        "deferred",
                        "failed",
                        "unknown",
                        "suppressed",
                        "bounced",
                        "complained",
                        "acknowledged",
                        "cancelled",
                    )
                ),
                name="delivery_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["edition", "next_attempt_at", "id"],
                condition=models.Q(state__in=("pending", "deferred")),
                name="delivery_claimable",
            ),
            models.Index(
                fields=["claim"],
                condition=models.Q(state__in=("sending", "unknown")),
                name="delivery_claimed",
            ),
            models.Index(fields=["edition", "state", "id"], name="delivery_log"),
        ]


_S = Delivery.State
# An edition with a delivery in one of these is not completed.
OPEN_STATES: tuple[str, ...] = (_S.PENDING, _S.SENDING, _S.DEFERRED, _S.UNKNOWN)
