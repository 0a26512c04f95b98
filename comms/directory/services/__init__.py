"""What changes the directory. Import the module of the noun: `services.stakeholders`, `services.imports`."""

from comms.directory.services.audiences import (
    add_to_audience,
    archive_audience,
    create_audience,
    remove_from_audience,
    update_audience,
)
from comms.directory.services.consents import record_consent, withdraw_consent
from comms.directory.services.contact_points import (
    add_contact_point,
    lift_suppression,
    remove_contact_point,
    set_contact_state,
    suppress_contact_point,
)
from comms.directory.services.engagements import drop_engagements, record_engagement
from comms.directory.services.stakeholders import (
    StakeholderDetails,
    archive_stakeholder,
    create_stakeholder,
    restore_stakeholder,
    update_stakeholder,
)

__all__ = [
    "StakeholderDetails",
    "add_contact_point",
    "add_to_audience",
    "archive_audience",
    "archive_stakeholder",
    "create_audience",
    "create_stakeholder",
    "drop_engagements",
    "lift_suppression",
    "record_consent",
    "record_engagement",
    "remove_contact_point",
    "remove_from_audience",
    "restore_stakeholder",
    "set_contact_state",
    "suppress_contact_point",
    "update_audience",
    "update_stakeholder",
    "withdraw_consent",
]
