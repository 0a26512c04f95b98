"""Everything that changes campaigns. Senders' own steps are in claiming, settling and recovering."""

from comms.campaigns.services.campaigns import create_campaign, update_campaign
from comms.campaigns.services.caps import remove_cap, set_cap
from comms.campaigns.services.editions import (
    EditionPlan,
    Schedule,
    accept_fallback,
    create_edition,
    delete_edition,
    update_edition,
)
from comms.campaigns.services.reviewing import (
    Submission,
    approve_edition,
    reject_edition,
    reopen_edition,
    submit_for_review,
)
from comms.campaigns.services.running import (
    cancel_edition,
    hold_edition,
    pause_edition,
    release_edition,
    resume_edition,
    schedule_edition,
)
from comms.campaigns.services.unknowns import Decision, resolve_unknown

__all__ = [
    "Decision",
    "EditionPlan",
    "Schedule",
    "Submission",
    "accept_fallback",
    "approve_edition",
    "cancel_edition",
    "create_campaign",
    "create_edition",
    "delete_edition",
    "hold_edition",
    "pause_edition",
    "reject_edition",
    "release_edition",
    "remove_cap",
    "reopen_edition",
    "resolve_unknown",
    "resume_edition",
    "schedule_edition",
    "set_cap",
    "submit_for_review",
    "update_campaign",
    "update_edition",
]
