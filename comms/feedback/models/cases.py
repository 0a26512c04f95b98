"""The work that follows a submission, and the sealed talk about it."""

from __future__ import annotations

import datetime
import uuid
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from comms.core.fields import EncryptedTextField
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.feedback.models.submissions import Submission, today


class CaseState(models.IntegerChoices):
    """Where the team stands with it."""

    NEW = 0, _("New")
    TRIAGE = 1, _("In triage")
    PROGRESS = 2, _("In progress")
    ANSWERED = 3, _("Answered")
    CLOSED = 4, _("Closed")


WAITING: Final = (CaseState.NEW, CaseState.TRIAGE, CaseState.PROGRESS)
"""States in which the person waits for the team."""


class Category(WorkspaceOwned):
    """One entry of the codebook that cases are sorted by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    # Offered no more; the cases that have it keep it.
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "code"], name="feedback_category_once")
        ]


class Case(WorkspaceOwned):
    """What is done about one submission, under the same id.

    `urgency`: 1 is the most urgent. `unread`: messages of the person that nobody of the team has seen.
    `reminded_at`, `overdue_at`: told once. `reminding_until`: until then a worker has it in hand to remind.
    Times here are the team's own acts, never the person's.
    """

    submission = models.OneToOneField(
        Submission, primary_key=True, on_delete=models.CASCADE, related_name="case"
    )
    form = models.ForeignKey("feedback.Form", on_delete=models.CASCADE, related_name="+")
    state = models.PositiveSmallIntegerField(
        choices=CaseState.choices, default=CaseState.NEW, editable=False
    )
    urgency = models.PositiveSmallIntegerField(default=3, editable=False)
    category = models.ForeignKey(
        Category, null=True, on_delete=models.SET_NULL, related_name="cases", editable=False
    )
    owner_id = models.UUIDField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    reminding_until = models.DateTimeField(null=True, editable=False)
    overdue_at = models.DateTimeField(null=True, editable=False)
    stakeholder = models.ForeignKey(
        "directory.Stakeholder",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    rating = models.PositiveSmallIntegerField(default=0, editable=False)
    unread = models.PositiveIntegerField(default=0, editable=False)
    received_on = models.DateField(default=today, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(urgency__gte=1, urgency__lte=4), name="case_urgency_range"
            ),
            models.CheckConstraint(
                condition=models.Q(rating__gte=0, rating__lte=5), name="case_rating_range"
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "state", "urgency", "due_at", "received_on", "submission"],
                name="feedback_case_inbox",
            ),
            models.Index(fields=["form", "state"], name="feedback_case_form"),
            models.Index(
                fields=["workspace", "due_at"],
                condition=models.Q(due_at__isnull=False, state__lte=2),
                name="feedback_case_due",
            ),
        ]

    TIMES: Final = ("due_at", "reminded_at", "reminding_until", "overdue_at")
    """What `be_due` changes."""

    def be_due(self, at: datetime.datetime | None) -> None:
        """Another promise, or none: of this one nobody was reminded yet, and it is not late. Saves nothing."""
        self.due_at = at
        self.reminded_at = self.reminding_until = self.overdue_at = None


class DialogueItem(WorkspaceOwned):
    """One message of the dialogue, byte for byte. `sender_id` is a member's, None for the person.

    The id is a UUIDv4: a time-ordered one would say at which hour the person wrote.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="dialogue")
    number = models.PositiveIntegerField(editable=False)
    sender_id = models.UUIDField(null=True, editable=False)
    content = models.BinaryField(max_length=64 * 1024, editable=False)
    content_hash = models.BinaryField(max_length=32, editable=False)
    received_on = models.DateField(default=today, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="feedback_dialogue_once")
        ]


class CaseNote(WorkspaceOwned):
    """What a reader noted for the others, sealed to the form key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author_id = models.UUIDField(editable=False)
    content = models.BinaryField(max_length=64 * 1024, editable=False)
    content_hash = models.BinaryField(max_length=32, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "content_hash"], name="feedback_note_once")
        ]


class ReplyTemplate(WorkspaceOwned):
    """A text that replies begin with. The browser seals what becomes of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=35, blank=True)
    text = EncryptedTextField(max_length=10_000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name", "language"], name="reply_template_once"
            )
        ]
