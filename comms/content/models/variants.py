"""The texts of a template: one for each audience, language and channel."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.content.rendering.languages import Direction
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.directory.facts.languages import direction_of


class Variant(WorkspaceOwned):
    """One text. `audience` None means everyone. `version` grows by one with every change of its words.

    `source_version` is the version of the source-language text that it was last brought in line with;
    it is 0 on a text in the source language. `authors` are all who ever wrote in it: none of them may
    approve an edition that sends it.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        READY = "ready", _("Ready")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(
        "content.Template", on_delete=models.CASCADE, related_name="variants"
    )
    template_id: uuid.UUID
    audience = models.ForeignKey(
        "directory.Audience", on_delete=models.PROTECT, related_name="+", null=True
    )
    audience_id: uuid.UUID | None
    language = models.CharField(_("language"), max_length=35)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    subject = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    state = models.CharField(max_length=5, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    source_version = models.PositiveIntegerField(default=0)
    authors = ArrayField(models.UUIDField(), default=list)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template", "audience", "language", "channel"],
                nulls_distinct=False,
                name="variant_cell_once",
            ),
            models.CheckConstraint(condition=~Q(subject="") & ~Q(body=""), name="variant_has_text"),
        ]

    @property
    def direction(self) -> Direction:
        """`rtl` or `ltr`, by its language."""
        return direction_of(self.language)


class VariantMessage(WorkspaceOwned):
    """A key message that a variant carries, as its author states."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = models.ForeignKey("content.Variant", on_delete=models.CASCADE, related_name="carried")
    variant_id: uuid.UUID
    key_message = models.ForeignKey(
        "content.KeyMessage", on_delete=models.PROTECT, related_name="+"
    )
    key_message_id: uuid.UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "key_message"], name="variant_message_once")
        ]
