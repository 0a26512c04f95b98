"""On what ground a stakeholder's data is used."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.fields import EncryptedTextField
from comms.core.ids import uuid7
from comms.core.tenancy import WorkspaceOwned
from comms.directory.models.choices import Basis, Purpose


class Consent(WorkspaceOwned):
    """A recorded lawful basis for one purpose, until it is withdrawn or objected to.

    Never edited and never reopened: a new agreement is a new row, so that the history shows both.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stakeholder = models.ForeignKey(
        "directory.Stakeholder", on_delete=models.CASCADE, related_name="consents"
    )
    stakeholder_id: uuid.UUID
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices)
    basis = models.CharField(_("lawful basis"), max_length=20, choices=Basis.choices)
    source = EncryptedTextField(_("source"))
    given_at = models.DateField(_("since"))
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.UUIDField(null=True, editable=False)
    import_id = models.UUIDField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.UUIDField(null=True, editable=False)
    withdrawn_how = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stakeholder", "purpose"],
                condition=Q(withdrawn_at=None),
                name="consent_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["workspace", "purpose", "stakeholder"],
                name="consent_open",
                condition=Q(withdrawn_at=None),
            ),
            models.Index(fields=["stakeholder", "-recorded_at"], name="consent_history"),
        ]

    @property
    def is_open(self) -> bool:
        """Still holds."""
        return self.withdrawn_at is None
