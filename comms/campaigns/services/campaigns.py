"""Planning campaigns."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from comms.campaigns import policies
from comms.campaigns.models import Campaign
from comms.campaigns.selectors.campaigns import get_campaign
from comms.campaigns.services.loading import require
from comms.content.selectors import get_template
from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger.services import record


def create_campaign(
    *, actor: Actor, name: str, template_id: uuid.UUID, objective: str = ""
) -> Campaign:
    """A new campaign. Raises ForbiddenError, NotFoundError for the template, InvalidError."""
    require(policies.can_write(actor), _("Your roles do not include planning campaigns."))
    with in_workspace(actor.workspace_id):
        template = get_template(actor, template_id)
        campaign = Campaign.objects.create(
            workspace_id=actor.workspace_id,
            name=_name(name),
            objective=_objective(objective),
            template=template,
            created_by_id=actor.user_id,
        )
        record(
            action="campaigns.created_campaign",
            actor=actor,
            subject_type="campaign",
            subject_id=campaign.id,
            details={"name": campaign.name, "template": template.id},
        )
    return campaign


def update_campaign(
    *, actor: Actor, campaign_id: uuid.UUID, name: str, objective: str = ""
) -> Campaign:
    """Rename it or word its objective anew. Its template stays: editions were written for it."""
    require(policies.can_write(actor), _("Your roles do not include planning campaigns."))
    with in_workspace(actor.workspace_id):
        campaign = get_campaign(actor, campaign_id)
        campaign.name = _name(name)
        campaign.objective = _objective(objective)
        campaign.save(update_fields=["name", "objective"])
        record(
            action="campaigns.updated_campaign",
            actor=actor,
            subject_type="campaign",
            subject_id=campaign.id,
            details={"name": campaign.name},
        )
    return campaign


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise InvalidError(_("Give the campaign a name."), field="name")
    if len(name) > 160:
        raise InvalidError(_("Keep the name to 160 characters."), field="name")
    return name


def _objective(text: str) -> str:
    if len(text) > 2000:
        raise InvalidError(_("Keep the objective to 2,000 characters."), field="objective")
    return text.strip()
