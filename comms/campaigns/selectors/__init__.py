"""What others may read of campaigns."""

from comms.campaigns.selectors.campaigns import get_campaign, list_campaigns
from comms.campaigns.selectors.caps import get_cap, list_caps
from comms.campaigns.selectors.deliveries import (
    DeliveryRow,
    ErrorLine,
    Progress,
    count_unknown,
    edition_progress,
    get_delivery,
    languages_of,
    list_deliveries,
    reasons_of,
    with_recipients,
)
from comms.campaigns.selectors.editions import (
    get_edition,
    list_approvals,
    list_editions,
    list_editions_between,
    list_sent_back,
    list_waiting_for_approval,
)

__all__ = [
    "DeliveryRow",
    "ErrorLine",
    "Progress",
    "count_unknown",
    "edition_progress",
    "get_campaign",
    "get_cap",
    "get_delivery",
    "get_edition",
    "languages_of",
    "list_approvals",
    "list_campaigns",
    "list_caps",
    "list_deliveries",
    "list_editions",
    "list_editions_between",
    "list_sent_back",
    "list_waiting_for_approval",
    "reasons_of",
    "with_recipients",
]
