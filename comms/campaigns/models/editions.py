"""One occasion of a campaign, and what it froze: texts, audiences, schedule."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Edition(WorkspaceOwned):
    """One occasion. What it sends is frozen at submission and bound to `frozen_hash`."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        SCHEDULED = "scheduled", _("Scheduled")
        SENDING = "sending", _("Sending")
        PAUSED = "paused", _("Paused")
        HELD = "held", _("Held")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    class Schedule(models.TextChoices):
        INSTANT = "instant", _("At one moment for everyone")
        LOCAL = "local", _("At the recipient's local time")

    class UnknownPolicy(models.TextChoices):
        WAIT = "wait", _("Wait for a person to decide")
        RESEND = "resend", _("Send again with the same Message-ID")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="editions"
    )
    title = models.CharField(_("title"), max_length=160)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    held_from = models.CharField(max_length=10, blank=True, editable=False)
    hold_reason = models.CharField(_("reason for the hold"), max_length=300, blank=True)

    schedule_kind = models.CharField(
        _("when"), max_length=8, choices=Schedule.choices, default=Schedule.INSTANT
    )
    send_at = models.DateTimeField(_("moment"), null=True, blank=True)
    local_date = models.DateField(_("date"), null=True, blank=True)
    local_time = models.TimeField(_("local time"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        help_text=_("Used for recipients whose own time zone isn't known."),
    )

    from_name = models.CharField(_("sender's name"), max_length=120, blank=True)
    from_address = models.CharField(_("sender's address"), max_length=254, blank=True)
    reply_to = models.CharField(_("replies go to"), max_length=254, blank=True)
    unknown_policy = models.CharField(
        _("when it is unknown whether a message arrived"),
        max_length=6,
        choices=UnknownPolicy.choices,
        default=UnknownPolicy.WAIT,
    )
    fallback_language = models.CharField(max_length=35, blank=True, editable=False)
    fallback_accepted_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fallback_accepted_at = models.DateTimeField(null=True, blank=True, editable=False)

    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    authors = ArrayField(models.UUIDField(), default=list, editable=False)
    # The name that the foot of every mail gives, as it was at submission.
    workspace_name = models.CharField(max_length=120, blank=True, editable=False)
    frozen_hash = models.BinaryField(max_length=32, null=True, editable=False)
    frozen_at = models.DateTimeField(null=True, editable=False)
    frozen_total = models.PositiveIntegerField(null=True, editable=False)
    starts_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    campaign_id: uuid.UUID
    author_id: uuid.UUID

    @property
    def waits_for_release(self) -> bool:
        """It goes out when somebody releases it, and nobody has: there is no moment to show yet."""
        before = {self.State.DRAFT, self.State.IN_REVIEW, self.State.APPROVED}
        has_no_moment = self.schedule_kind == "instant" and self.send_at is None
        return has_no_moment and (self.held_from or self.state) in before

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(schedule_kind="instant")
                | models.Q(
                    schedule_kind="local", local_date__isnull=False, local_time__isnull=False
                ),
                name="edition_local_time_given",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    fallback_accepted_by=None, fallback_accepted_at=None, fallback_language=""
                )
                | (
                    models.Q(fallback_accepted_by__isnull=False, fallback_accepted_at__isnull=False)
                    & ~models.Q(fallback_language="")
                ),
                name="edition_fallback_has_person",
            ),
            models.CheckConstraint(
                condition=models.Q(state="held") ^ models.Q(held_from=""),
                name="edition_held_from_somewhere",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("draft", "held", "cancelled"))
                | models.Q(frozen_hash__isnull=False, frozen_total__isnull=False),
                name="edition_frozen_before_review",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="edition_list"),
            models.Index(fields=["workspace", "starts_at"], name="edition_calendar"),
            models.Index(
                fields=["workspace", "state", "starts_at"],
                condition=models.Q(state__in=("scheduled", "sending")),
                name="edition_active",
            ),
        ]

    def __str__(self) -> str:
        return self.title


_S = Edition.State
# What may follow what. `held` returns to where it came from; migration 0002 holds the same rule.
TRANSITIONS: dict[str, frozenset[str]] = {
    _S.DRAFT: frozenset({_S.IN_REVIEW, _S.CANCELLED, _S.HELD}),
    _S.IN_REVIEW: frozenset({_S.DRAFT, _S.APPROVED, _S.CANCELLED, _S.HELD}),
    _S.APPROVED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.CANCELLED, _S.HELD}),
    _S.SCHEDULED: frozenset({_S.DRAFT, _S.SENDING, _S.CANCELLED, _S.HELD}),
    _S.SENDING: frozenset({_S.PAUSED, _S.COMPLETED, _S.CANCELLED, _S.HELD}),
    _S.PAUSED: frozenset({_S.SENDING, _S.CANCELLED, _S.HELD}),
    _S.HELD: frozenset(
        {_S.DRAFT, _S.IN_REVIEW, _S.APPROVED, _S.SCHEDULED, _S.SENDING, _S.PAUSED, _S.CANCELLED}
    ),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
}


class EditionAudience(WorkspaceOwned):
    """An audience that an edition goes to. `rank` 0 is the most specific: its text wins."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="audiences")
    audience = models.ForeignKey("directory.Audience", on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=0, editable=False)

    audience_id: uuid.UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "audience"], name="edition_audience_once")
        ]
        ordering = ["rank", "id"]


class EditionVariant(WorkspaceOwned):
    """The text for one audience, language and channel, as it was at submission. Never changes after.

    `sha256` is over the canonical text (services.freezing says how). `audience_id` is empty for the text
    that serves every audience without one of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="variants")
    source_id = models.UUIDField(editable=False)
    audience_id = models.UUIDField(null=True, editable=False)
    channel = models.CharField(max_length=12, default="email", editable=False)
    language = models.CharField(max_length=35, editable=False)
    direction = models.CharField(
        max_length=3, choices=[("ltr", "ltr"), ("rtl", "rtl")], editable=False
    )
    subject = models.TextField(editable=False)
    body = models.TextField(editable=False)
    sha256 = models.BinaryField(max_length=32, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "audience_id", "language", "channel"],
                name="edition_variant_once",
                nulls_distinct=False,
            )
        ]
