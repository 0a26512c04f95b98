"""What people sent. Nothing here says who they are, or at which hour it came."""

from __future__ import annotations

import datetime
import uuid

from django.db import models

from comms.core.fields import EncryptedTextField
from comms.core.tenancy import WorkspaceOwned


def today() -> datetime.date:
    """The day in UTC."""
    return datetime.datetime.now(datetime.UTC).date()


class Submission(WorkspaceOwned):
    """One submission, byte for byte as it was sealed and signed; the id is a UUIDv4, which tells no time.

    `lookup_hash` is what a return code finds it by, `signing_key` what the code's holder proves it with. After
    the person erased it, `content` and `open_answers` are None and what hung on it is gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.ForeignKey("feedback.Form", on_delete=models.CASCADE, related_name="submissions")
    version = models.ForeignKey(
        "feedback.FormVersion", on_delete=models.PROTECT, related_name="submissions"
    )
    content = models.BinaryField(max_length=320 * 1024, null=True, editable=False)
    content_hash = models.BinaryField(max_length=32, editable=False)
    open_answers = EncryptedTextField(null=True, editable=False)
    signing_key = models.BinaryField(max_length=32, editable=False)
    lookup_hash = models.BinaryField(max_length=32, editable=False)
    language = models.CharField(max_length=35, editable=False)
    received_on = models.DateField(default=today, editable=False)
    erased_on = models.DateField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "lookup_hash"], name="submission_lookup_once"
            ),
            models.UniqueConstraint(
                fields=["form", "content_hash"], name="submission_content_once"
            ),
        ]
        indexes = [
            # Pages of the analysis: by an id that tells no order of arrival.
            models.Index(fields=["form", "id"], name="submission_page"),
            models.Index(fields=["form", "received_on"], name="submission_days"),
        ]


class Erasure(WorkspaceOwned):
    """That a person erased what they had sent, under its id, until the audit trail has it."""

    id = models.UUIDField(primary_key=True, editable=False)
    erased_on = models.DateField(editable=False)


class Answer(WorkspaceOwned):
    """One countable value of an open answer: a choice's id, a number, a date, a rating. Never free text.

    `row` is that of a Likert matrix, or empty. `number` is there for what can be compared and added.
    """

    # Not a sequence: one would tell in which order the submissions came.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.ForeignKey("feedback.Form", on_delete=models.CASCADE, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=32, editable=False)
    row = models.CharField(max_length=32, blank=True, editable=False)
    value = models.CharField(max_length=40, editable=False)
    number = models.DecimalField(max_digits=24, decimal_places=6, null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["form", "question", "row", "value"],
                include=["submission"],
                name="feedback_answer_counts",
            )
        ]
