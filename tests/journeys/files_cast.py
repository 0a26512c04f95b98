"""Makes the people of the files journey: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from comms.core.actors import Role
from tests.journeys import threads_cast

SLUG = "exchange"
WORKSPACE = "Exchange of Papers"
PEOPLE = {
    "carla@papers.example": ("Carla Courier", Role.DIPLOMAT, "en"),
    "rashid@papers.example": ("Rashid Reader", Role.ANALYST, "ar"),
}


def make() -> None:
    """A workspace of two, with keys as their browsers would have made them."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
