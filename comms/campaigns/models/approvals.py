"""The second person's word."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned


class Approval(WorkspaceOwned):
    """One person's yes to exactly what `hash` covers. Any edit voids it; it is never changed or deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(
        "campaigns.Edition", on_delete=models.CASCADE, related_name="approvals"
    )
    hash = models.BinaryField(max_length=32, editable=False)
    approver = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    authors = ArrayField(models.UUIDField(), editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    voided_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            # `authors` is compared with the edition's own by a trigger, so nobody can leave one out.
            models.CheckConstraint(
                condition=~models.Q(authors__contains=[models.F("approver_id")]),
                name="approval_by_second_person",
            ),
            models.UniqueConstraint(
                fields=["edition"], condition=models.Q(voided_at=None), name="approval_one_valid"
            ),
        ]
