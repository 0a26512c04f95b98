"""Tables of campaigns. The rules that must hold whatever code runs are triggers of migration 0002."""

from comms.campaigns.models.approvals import Approval
from comms.campaigns.models.campaigns import Campaign
from comms.campaigns.models.claims import Claim, SendingCap
from comms.campaigns.models.deliveries import OPEN_STATES, Delivery
from comms.campaigns.models.editions import (
    TRANSITIONS,
    Edition,
    EditionAudience,
    EditionVariant,
)

__all__ = [
    "OPEN_STATES",
    "TRANSITIONS",
    "Approval",
    "Campaign",
    "Claim",
    "Delivery",
    "Edition",
    "EditionAudience",
    "EditionVariant",
    "SendingCap",
]
