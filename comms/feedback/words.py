"""What states and urgencies are called, and the words that stand for them in addresses."""

from __future__ import annotations

from typing import Final

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _

from comms.feedback.models import CaseState


class Urgency(IntegerChoices):
    """How soon a case wants to be looked at; 1 is the most urgent."""

    URGENT = 1, _("Urgent")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


WORDS: Final = {state: state.name.lower() for state in CaseState}
"""A state's word in an address: `new`, `triage`, `progress`, `answered`, `closed`."""

STATES: Final = {word: state for state, word in WORDS.items()}
"""The states by these words."""
