"""Makes the people of the journey on cases: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from comms.accounts.models import Workspace
from comms.core.actors import Role
from comms.core.tenancy import in_workspace
from comms.feedback.models import Case, Category, ReplyTemplate
from comms.feedback.services.ticking import remind_due
from tests.directory.makers import make_stakeholder
from tests.factories import actor_of
from tests.feedback.world import choices, definition, item, text
from tests.journeys import threads_cast

SLUG = "cases"
WORKSPACE = "Crossings Desk"
PEOPLE = {
    "dina@cases.example": ("Dina Diplomat", Role.DIPLOMAT, "en"),
    "edgar@cases.example": ("Edgar Editor", Role.EDITOR, "en"),
    "nora@cases.example": ("Nora Newcomer", Role.EDITOR, "en"),
    "amal@cases.example": ("Amal Diplomat", Role.DIPLOMAT, "ar"),
}
ASKED = definition(
    item("gate", "single_choice", choices=choices("north", "south"), label=text("Which gate?")),
    item("story", "long_text", max_length=2000, sealed=True, label=text("What happened?")),
    item("proof", "file", max_files=1, sealed=True, label=text("A paper or photo")),
)


def make() -> None:
    """A workspace of four with keys, a codebook, a text for replies and somebody in the directory."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
    place = Workspace.objects.get(slug=SLUG)
    dina = place.memberships.get(user__email="dina@cases.example").user
    with in_workspace(place.id):
        Category.objects.create(workspace_id=place.id, code="safety", name="Safety")
        ReplyTemplate.objects.create(
            workspace_id=place.id, name="Thanks", language="en", text="Thank you for “{form}”."
        )
        make_stakeholder(actor_of(dina, place), "Elders of the North", email="elders@example.org")


def find(content_hash: str) -> None:
    """Print the id of the case of a submission."""
    place = Workspace.objects.get(slug=SLUG)
    with in_workspace(place.id):
        print(Case.objects.get(submission__content_hash=bytes.fromhex(content_hash)).submission_id)


def make_late() -> None:
    """Time goes by: every case was due an hour ago, and the timer looks at them."""
    place = Workspace.objects.get(slug=SLUG)
    with in_workspace(place.id):
        Case.objects.filter(workspace_id=place.id).update(
            due_at=timezone.now() - dt.timedelta(hours=1)
        )
    remind_due(place.id)
