"""Makes the people of the guests' journey: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from comms.core.actors import Role
from tests.journeys import threads_cast

SLUG = "contact-group"
WORKSPACE = "Contact Group"
PEOPLE = {
    "mara@example.org": ("Mara Mediator", Role.DIPLOMAT, "en"),
    "tarek@example.org": ("Tarek Team", Role.ANALYST, "en"),
}


def make() -> None:
    """The contact group's workspace and its members."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
