"""People and organisations."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.fields import BlindIndexField, EncryptedTextField
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.directory.facts.words import folded
from comms.directory.models.choices import Kind
from comms.directory.models.normalise import same_name
from comms.directory.models.search import prefix_hashes_of_names


class Stakeholder(WorkspaceOwned):
    """A person or an organisation with a stake in the process.

    Every name is encrypted. Lists are sorted by `sort_name`: an organisation's folded name, but only the
    first letter of a person's (docs/decisions: names in the directory). Set both with `rename`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    name = EncryptedTextField(_("name"))
    name_index = BlindIndexField(source="name", normalise=same_name)
    # Keyed hashes of the beginnings of its words (facts.words.prefixes_of), for search.
    name_prefixes = ArrayField(models.BigIntegerField(), default=list, editable=False)
    sort_name = models.CharField(max_length=300, blank=True, editable=False)
    role = EncryptedTextField(_("role or title"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=80, blank=True)
    languages = ArrayField(
        models.CharField(max_length=35), verbose_name=_("languages"), default=list, blank=True
    )
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    notes = EncryptedTextField(_("notes"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.UUIDField(null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    # Which row of which import wrote this last: a repeated row is known by it.
    import_id = models.UUIDField(null=True, editable=False)
    import_row = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=Kind.PERSON) | Q(sort_name__regex=r"^.?$"),
                name="stakeholder_person_name_hidden",
            ),
            models.CheckConstraint(
                condition=Q(languages__len__lte=6), name="stakeholder_languages_bounded"
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "sort_name", "id"],
                condition=Q(archived_at=None),
                name="stakeholder_list",
            ),
            models.Index(fields=["workspace", "region"], name="stakeholder_by_region"),
            models.Index(fields=["workspace", "country"], name="stakeholder_by_country"),
            models.Index(fields=["workspace", "kind"], name="stakeholder_by_kind"),
            models.Index(fields=["workspace", "name_index"], name="stakeholder_by_name"),
            models.Index(
                fields=["workspace", "-archived_at"],
                condition=Q(archived_at__isnull=False),
                name="stakeholder_archived",
            ),
            GinIndex(fields=["languages"], name="stakeholder_by_language"),
            GinIndex(fields=["name_prefixes"], name="stakeholder_by_prefix"),
        ]

    def rename(self, name: str, kind: str) -> None:
        """Set the name and all that is derived from it; the kind decides what sorting may see."""
        self.name = name
        self.kind = kind
        derive_from_names([self])

    @property
    def is_archived(self) -> bool:
        """Kept for its history, but in no list and no audience."""
        return self.archived_at is not None


def derive_from_names(stakeholders: Sequence[Stakeholder]) -> None:
    """Set what search and sorting see of their names. All of one workspace; call it before saving."""
    if not stakeholders:
        return
    hashes = prefix_hashes_of_names(
        stakeholders[0].workspace_id, [each.name for each in stakeholders]
    )
    for stakeholder, prefixes in zip(stakeholders, hashes, strict=True):
        stakeholder.name_prefixes = prefixes
        sort_name = folded(stakeholder.name)
        length = 1 if stakeholder.kind == Kind.PERSON else 300
        stakeholder.sort_name = sort_name[:length]
