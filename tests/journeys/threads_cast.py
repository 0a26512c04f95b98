"""Makes the people of the threads journey: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from comms.accounts.models import Membership, Workspace
from comms.accounts.services.people import create_person
from comms.core.actors import Role
from comms.core.ids import uuid7
from tests.accounts.browser import make_person

SLUG = "talks"
WORKSPACE = "Quiet Harbour Talks"
PEOPLE = {
    "dina@example.org": ("Dina Diplomat", Role.DIPLOMAT, "en"),
    "pavel@example.org": ("Pavel Partner", Role.ANALYST, "ar"),
    "edgar@example.org": ("Edgar Editor", Role.EDITOR, "en"),
}


@transaction.atomic
def make(
    slug: str = SLUG,
    called: str = WORKSPACE,
    people: Mapping[str, tuple[str, Role, str]] = PEOPLE,
) -> None:
    """A workspace and its members, with keys as their browsers would have made them."""
    workspace = Workspace.objects.create(slug=slug, name=called)
    for email, (name, role, language) in people.items():
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
