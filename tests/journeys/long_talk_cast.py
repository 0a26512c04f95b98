"""Makes the people of the long talk: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from comms.core.actors import Role
from tests.journeys import threads_cast

SLUG = "long-talk"
WORKSPACE = "Prisoner Exchange Desk"
PEOPLE = {
    "hanne@long.example": ("Hanne Host", Role.DIPLOMAT, "en"),
    "karim@long.example": ("Karim Counterpart", Role.DIPLOMAT, "en"),
    "salma@long.example": ("Salma Partner", Role.ANALYST, "ar"),
}


def make() -> None:
    """The desk's workspace: two diplomats and a partner, who reads in Arabic."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
