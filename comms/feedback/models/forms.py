"""Forms, their versions, and the addresses that lead to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from comms.core.fields import EncryptedTextField
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Form(WorkspaceOwned):
    """What is asked, with the draft that is being built. `thread` holds its readers and keys.

    The id is a UUIDv4 that the builder's browser draws. `taken` counts submissions against `max_submissions` and
    is kept while there is such a limit. `version_number` is the newest published one, 0 before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    thread = models.OneToOneField("threads.Thread", on_delete=models.PROTECT, related_name="+")
    title = EncryptedTextField(editable=False)
    draft = EncryptedTextField(editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    version_number = models.PositiveIntegerField(default=0, editable=False)
    address = models.CharField(max_length=60, unique=True, editable=False)
    closes_at = models.DateTimeField(null=True, editable=False)
    max_submissions = models.PositiveIntegerField(default=0, editable=False)
    taken = models.PositiveIntegerField(default=0, editable=False)
    reply_hours = models.PositiveIntegerField(default=0, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    made_by_id = models.UUIDField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-updated_at"], name="feedback_form_list"),
            models.Index(
                fields=["workspace", "closes_at"],
                condition=models.Q(closed_at=None, closes_at__isnull=False),
                name="feedback_form_closing",
            ),
        ]


class FormVersion(WorkspaceOwned):
    """One published version, frozen: the definition's exact text and what a reader signed of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(editable=False)
    definition = EncryptedTextField(editable=False)
    definition_hash = models.BinaryField(max_length=32, editable=False)
    statement = models.BinaryField(max_length=8192, editable=False)
    # SHA-256 of the signed part: what a submission names its version by.
    statement_hash = models.BinaryField(max_length=32, editable=False)
    published_by_id = models.UUIDField(editable=False)
    published_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["form", "statement_hash"], name="form_version_statement_once"
            ),
        ]


class FormAddress(models.Model):
    """Which form an address of the public pages leads to. It stays when a form gets another one.

    Exempt from row-level security: it is what tells the server which workspace it is about.
    """

    address = models.CharField(primary_key=True, max_length=60, editable=False)
    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="+", editable=False
    )
    workspace_id: uuid.UUID
    form_id = models.UUIDField(editable=False)


class Quota(WorkspaceOwned):
    """How many submissions fulfilled a quota's condition. `condition_hash` names it across versions."""

    # Not a time-ordered one: it would say at which moment the first answer of its kind came.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="quotas")
    condition_hash = models.BinaryField(max_length=32, editable=False)
    taken = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["form", "condition_hash"], name="form_quota_once")
        ]
