"""Whom an update is written for."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Audience(WorkspaceOwned):
    """A saved, live question to the directory, or a list picked by hand.

    `filters` holds lists by `kinds`, `regions`, `languages`, `countries`: within a list any value fits,
    between the lists all must fit. A hand-picked audience has none; its members are `AudienceMember`s.
    """

    class Mode(models.TextChoices):
        LIVE = "live", _("By filter, always up to date")
        PICKED = "picked", _("Picked by hand")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    mode = models.CharField(_("made"), max_length=6, choices=Mode.choices)
    filters = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.UUIDField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace", Lower("name"), condition=Q(archived_at=None), name="audience_name_once"
            ),
            models.CheckConstraint(
                condition=~Q(mode="picked") | Q(filters={}), name="audience_picked_has_no_filter"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "created_at"], name="audience_list")]

    @property
    def is_picked(self) -> bool:
        """Its members were chosen one by one."""
        return self.mode == self.Mode.PICKED


class AudienceMember(WorkspaceOwned):
    """A stakeholder in a hand-picked audience."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    audience = models.ForeignKey(
        "directory.Audience", on_delete=models.CASCADE, related_name="members"
    )
    audience_id: uuid.UUID
    stakeholder = models.ForeignKey(
        "directory.Stakeholder", on_delete=models.CASCADE, related_name="+"
    )
    stakeholder_id: uuid.UUID
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    added_by = models.UUIDField(null=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["audience", "stakeholder"], name="audience_member_once")
        ]
        indexes = [
            models.Index(fields=["stakeholder"], name="audience_member_of"),
            models.Index(fields=["audience", "added_at"], name="audience_member_list"),
        ]
