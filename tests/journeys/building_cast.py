"""Makes the people of the journey on building forms: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from comms.core.actors import Role
from tests.journeys import threads_cast

SLUG = "forms"
WORKSPACE = "Checkpoint Desk"
PEOPLE = {
    "edda@forms.example": ("Edda Editor", Role.EDITOR, "en"),
    "dina@forms.example": ("Dina Diplomat", Role.DIPLOMAT, "en"),
    "amal@forms.example": ("Amal Editor", Role.EDITOR, "ar"),
    "pavel@forms.example": ("Pavel Approver", Role.APPROVER, "en"),
}


def make() -> None:
    """A workspace of four, with keys as their browsers would have made them."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
