"""Makes the people of the terminal journey: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from comms.core.actors import Role
from tests.journeys import threads_cast

SLUG = "relay"
WORKSPACE = "Relay Station"
PEOPLE = {
    "ines@relay.example": ("Ines Interpreter", Role.DIPLOMAT, "en"),
    "tomas@relay.example": ("Tomas Terminal", Role.ANALYST, "en"),
}


def make() -> None:
    """A workspace of two, with keys as their browsers would have made them."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
