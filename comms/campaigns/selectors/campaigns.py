"""Planned communications."""

from __future__ import annotations

import uuid

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from comms.campaigns.models import Campaign
from comms.core.actors import Actor
from comms.core.errors import NotFoundError


def list_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """The workspace's campaigns, the newest first, with `edition_count` and `latest_edition_at`."""
    return (
        Campaign.objects.filter(workspace_id=actor.workspace_id)
        .select_related("template")
        .annotate(edition_count=Count("editions"), latest_edition_at=Max("editions__created_at"))
        .order_by("-created_at", "-id")
    )


def get_campaign(actor: Actor, campaign_id: uuid.UUID) -> Campaign:
    """The campaign with its template. Raises NotFoundError."""
    found = (
        Campaign.objects.filter(workspace_id=actor.workspace_id, id=campaign_id)
        .select_related("template", "created_by")
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such campaign in this workspace."))
    return found
