"""Makes the people of the main job's journey, and says afterwards what the database holds.

`manage.py shell -c` runs this inside the deployment.
"""

from __future__ import annotations

import json

from django.db import transaction

from comms.accounts.models import Membership, Workspace
from comms.accounts.services.people import create_person
from comms.campaigns.models import Delivery, Edition
from comms.core.actors import Role
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.directory.models import Channel, ContactPoint
from tests.accounts.browser import make_person

SLUG = "mission"
WORKSPACE = "Mission to the Talks"
PEOPLE = {
    "edgar@example.org": ("Edgar Editor", Role.EDITOR, "en"),
    "petra@example.org": ("Petra Approver", Role.APPROVER, "ar"),
}
MARK = "facts: "


@transaction.atomic
def make() -> None:
    """A workspace with an editor who reads English and an approver who reads Arabic."""
    workspace = Workspace.objects.create(slug=SLUG, name=WORKSPACE)
    for email, (name, role, language) in PEOPLE.items():
        account = uuid7()
        person = create_person(
            account_id=account,
            email=email,
            name=name,
            language=language,
            time_zone="Europe/Dublin",
            keys=make_person(account).keys,
        )
        Membership.objects.create(workspace=workspace, user=person, roles=[str(role)])


def tell() -> None:
    """Print every stakeholder's address, and every delivery's state and Message-ID, as JSON."""
    workspace = Workspace.objects.get(slug=SLUG)
    with in_workspace(workspace.id):
        points = ContactPoint.objects.filter(channel=Channel.EMAIL).select_related("stakeholder")
        people = {
            point.address: {
                "name": point.stakeholder.name,
                "kind": point.stakeholder.kind,
                "languages": point.stakeholder.languages,
                "suppressed": point.suppressed_reason,
            }
            for point in points
        }
        addresses = {point.id: point.address for point in points}
        deliveries = [
            {
                "to": addresses.get(row.contact_point_id) if row.contact_point_id else None,
                "state": row.state,
                "reason": row.reason,
                "language": row.language,
                "message_id": row.message_id,
            }
            for row in Delivery.objects.all()
        ]
        states = list(Edition.objects.values_list("state", flat=True))
    print(MARK + json.dumps({"people": people, "deliveries": deliveries, "states": states}))
