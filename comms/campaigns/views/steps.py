"""The steps of composing an edition, as the stepper shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comms.campaigns.models import Edition

_STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("what", _("What")),
    ("who", _("Who")),
    ("when", _("When")),
    ("check", _("Check")),
    ("review", _("Approve")),
)


@dataclass(frozen=True)
class Step:
    """One step. `state` is done, current or todo."""

    label: str | Promise
    state: str
    url: str = ""


def steps_of(slug: str, edition: Edition | None, current: str) -> list[Step]:
    """The stepper of an edition; a new one has no addresses yet."""
    names = [name for name, _label in _STEPS]
    here = names.index(current)
    steps = []
    for place, (name, label) in enumerate(_STEPS):
        state = "current" if place == here else "done" if place < here else "todo"
        url = ""
        # Approval is reached by submitting only.
        if edition is not None and name != "review":
            url = reverse(f"campaigns:{name}", args=[slug, edition.id])
        steps.append(Step(label, state, url))
    return steps
