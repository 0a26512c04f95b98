"""Tables of the directory."""

from comms.directory.models.audiences import Audience, AudienceMember
from comms.directory.models.choices import (
    Basis,
    Channel,
    ContactState,
    ImportState,
    Kind,
    Purpose,
    RowState,
    SuppressionReason,
)
from comms.directory.models.consents import Consent
from comms.directory.models.contact_points import ContactPoint, Suppression
from comms.directory.models.engagements import Engagement
from comms.directory.models.imports import Import, ImportChunk, ImportRow
from comms.directory.models.stakeholders import Stakeholder

__all__ = [
    "Audience",
    "AudienceMember",
    "Basis",
    "Channel",
    "Consent",
    "ContactPoint",
    "ContactState",
    "Engagement",
    "Import",
    "ImportChunk",
    "ImportRow",
    "ImportState",
    "Kind",
    "Purpose",
    "RowState",
    "Stakeholder",
    "Suppression",
    "SuppressionReason",
]
