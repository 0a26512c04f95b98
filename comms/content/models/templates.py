"""Messages in the abstract: what for, for whom, in which languages."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.directory.models import Purpose

MAX_LANGUAGES = 12
MAX_AUDIENCES = 12


class Template(WorkspaceOwned):
    """A message in the abstract. Its cells are `audiences` (and everyone) × `languages`.

    `purpose` is the directory's: a recipient needs an open lawful basis for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("what it is for"), max_length=300, blank=True)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    source_language = models.CharField(_("language it is written in first"), max_length=35)
    languages = ArrayField(models.CharField(max_length=35), verbose_name=_("languages"))
    fallback_language = models.CharField(_("fallback language"), max_length=35)
    for_everyone = models.BooleanField(
        _("also a text for everyone who is in none of these audiences"), default=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.UUIDField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("name"), condition=Q(archived_at=None), name="template_name_once"
            ),
            models.CheckConstraint(
                condition=Q(languages__len__gte=1) & Q(languages__len__lte=MAX_LANGUAGES),
                name="template_languages_bounded",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-created_at"], name="template_list")]

    def __str__(self) -> str:
        return self.name


class TemplateAudience(WorkspaceOwned):
    """An audience that a template is written for. Who is in several gets the most specific one's text
    (`directory.selectors.by_specificity`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(
        "content.Template", on_delete=models.CASCADE, related_name="audiences"
    )
    template_id: uuid.UUID
    audience = models.ForeignKey("directory.Audience", on_delete=models.PROTECT, related_name="+")
    audience_id: uuid.UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "audience"], name="template_audience_once"),
        ]
