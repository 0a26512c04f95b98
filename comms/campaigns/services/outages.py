"""When the way out is closed for everybody: said on the edition's page, and tried again later."""

from __future__ import annotations

import uuid

from django.utils import timezone

from comms.campaigns.models import Edition
from comms.campaigns.services.events import tell
from comms.core.tenancy import in_workspace


def note_outage(*, workspace_id: uuid.UUID, edition_id: uuid.UUID, error: str) -> None:
    """Show why nothing goes out at the moment."""
    with in_workspace(workspace_id):
        Edition.objects.filter(id=edition_id).update(
            last_error=error[:300], last_error_at=timezone.now()
        )
        tell(edition_id)


def clear_outage(*, workspace_id: uuid.UUID, edition_id: uuid.UUID) -> None:
    """It goes out again."""
    with in_workspace(workspace_id):
        cleared = (
            Edition.objects.filter(id=edition_id)
            .exclude(last_error="")
            .update(last_error="", last_error_at=None)
        )
        if cleared:
            tell(edition_id)
