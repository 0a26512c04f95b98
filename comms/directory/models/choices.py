"""The closed lists of the directory."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a stakeholder is."""

    PERSON = "person", _("Person")
    MISSION = "mission", _("Diplomatic mission")
    INTERNATIONAL = "international", _("International organisation")
    GOVERNMENT = "government", _("Public authority")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    COMMUNITY = "community", _("Community or party")
    MEDIA = "media", _("Media")
    ORGANISATION = "organisation", _("Other organisation")


class Channel(models.TextChoices):
    """A way to reach someone."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Telephone")
    POST = "post", _("Postal address")


class ContactState(models.TextChoices):
    """What the last mail to an address met."""

    OK = "ok", _("No problem known")
    BOUNCED = "bounced", _("Refused by its server")
    COMPLAINED = "complained", _("Reported as unwanted")


class SuppressionReason(models.TextChoices):
    """Why nothing is sent to an address."""

    BOUNCED = "bounced", _("Its server refused it for good")
    COMPLAINED = "complained", _("The recipient reported a message as unwanted")
    UNSUBSCRIBED = "unsubscribed", _("The recipient unsubscribed")
    OFFICER = "officer", _("A member stopped it")


class Basis(models.TextChoices):
    """On what ground a person's data is used: the six of GDPR Article 6(1)."""

    CONSENT = "consent", _("They agreed (consent)")
    CONTRACT = "contract", _("A contract with them")
    LEGAL_OBLIGATION = "legal_obligation", _("A legal obligation")
    VITAL_INTERESTS = "vital_interests", _("Someone's life or safety (vital interests)")
    PUBLIC_TASK = "public_task", _("A task in the public interest")
    LEGITIMATE_INTERESTS = "legitimate_interests", _("A legitimate interest that outweighs theirs")


class Purpose(models.TextChoices):
    """What for."""

    UPDATES = "updates", _("Updates and statements")
    CONSULTATION = "consultation", _("Questions and forms")
    MEETINGS = "meetings", _("Invitations and meetings")


class ImportState(models.TextChoices):
    """How far an import is."""

    STAGED = "staged", _("Waiting for its columns")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, nothing imported yet")
    RUNNING = "running", _("Being imported")
    DONE = "done", _("Imported")
    STOPPED = "stopped", _("Stopped by an error")
    DISCARDED = "discarded", _("Discarded")


class RowState(models.TextChoices):
    """What became of a row that needs explaining."""

    WARNING = "warning", _("Imported, with a remark")
    FAILED = "failed", _("Not imported")
