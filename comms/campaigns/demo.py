"""Two campaigns for the demonstration: one edition waits for approval, another is being prepared."""

from __future__ import annotations

import datetime

from django.utils import timezone

from comms.accounts.models import Workspace
from comms.campaigns import services
from comms.campaigns.models import Edition
from comms.content.demo import TEMPLATE, editor_of
from comms.content.selectors import list_templates
from comms.core.actors import Actor
from comms.directory.selectors import list_audiences


def fill(workspace: Workspace, actor: Actor | None = None) -> None:
    """An edition in review for missions and communities, on Monday at nine their own time, and a draft."""
    actor = actor or editor_of(workspace)
    template = list_templates(actor).get(name=TEMPLATE)
    audiences = {each.name: each.id for each in list_audiences(actor)}
    campaign = services.create_campaign(
        actor=actor,
        name="Resumption of the talks",
        template_id=template.id,
        objective="Everyone concerned knows that the talks go on, and whom to tell about incidents.",
    )
    edition = services.create_edition(
        actor=actor,
        campaign_id=campaign.id,
        plan=services.EditionPlan(
            title="The talks resume on Monday",
            audience_ids=[audiences["Missions"], audiences["Communities"]],
            schedule=services.Schedule(
                kind=Edition.Schedule.LOCAL,
                local_date=_next_monday(),
                local_time=datetime.time(9, 0),
                time_zone="Europe/Zurich",
            ),
        ),
    )
    services.accept_fallback(actor=actor, edition_id=edition.id)
    services.submit_for_review(actor=actor, edition_id=edition.id)
    services.create_edition(
        actor=actor,
        campaign_id=campaign.id,
        plan=services.EditionPlan(
            title="After the first session", audience_ids=[audiences["Press"]]
        ),
    )


def _next_monday() -> datetime.date:
    """At least three days ahead, so that there is time to look at it."""
    day = timezone.localdate() + datetime.timedelta(days=3)
    return day + datetime.timedelta(days=-day.weekday() % 7)
