"""Approved statements that texts must carry."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class KeyMessage(WorkspaceOwned):
    """One statement and when it holds, both days included. A required one belongs in every text."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text = models.CharField(_("key message"), max_length=500)
    required = models.BooleanField(_("every text must carry it"), default=False)
    valid_from = models.DateField(_("holds from"))
    valid_until = models.DateField(_("holds until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.UUIDField(null=True, editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="key_message_period",
            )
        ]
        indexes = [models.Index(fields=["workspace", "-created_at"], name="key_message_list")]

    def holds_on(self, day: datetime.date) -> bool:
        """True from its first to its last day, unless it was retired."""
        return (
            self.retired_at is None
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )
