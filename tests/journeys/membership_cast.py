"""Makes the people of the membership journey: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from comms.core.actors import Role
from tests.journeys import threads_cast

SLUG = "delegation"
PEOPLE = {
    "nadia@example.org": ("Nadia Negotiator", Role.ADMIN, "en"),
    "omar@example.org": ("Omar Observer", Role.ANALYST, "ar"),
    "viktor@example.org": ("Viktor Visitor", Role.DIPLOMAT, "en"),
    "lucia@example.org": ("Lucia Liaison", Role.EDITOR, "en"),
}


def make() -> None:
    """The delegation's workspace and its members."""
    threads_cast.make(SLUG, "Delegation", PEOPLE)
