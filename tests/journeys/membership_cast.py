"""Makes the people of the membership journey: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from django.db import transaction

from comms.accounts.models import Membership, Workspace
from comms.accounts.services.people import create_person
from comms.core.actors import Role
from comms.core.ids import uuid7
from tests.accounts.browser import make_person

SLUG = "delegation"
PEOPLE = {
    "nadia@example.org": ("Nadia Negotiator", Role.DIPLOMAT, "en"),
    "omar@example.org": ("Omar Observer", Role.ANALYST, "ar"),
    "lucia@example.org": ("Lucia Liaison", Role.EDITOR, "en"),
}


@transaction.atomic
def make() -> None:
    """A workspace and its members, with keys as their browsers would have made them."""
    workspace = Workspace.objects.create(slug=SLUG, name="Delegation")
    for email, (name, role, language) in PEOPLE.items():
        account = uuid7()
        person = create_person(
            account_id=account,
            email=email,
            name=name,
            language=language,
            time_zone="Europe/Zurich",
            keys=make_person(account).keys,
        )
        Membership.objects.create(workspace=workspace, user=person, roles=[str(role)])
