"""What a chaos test does inside a deployment: ``python -m tests.chaos.inside make|look …``.

A process of its own, with the deployment's settings, since the tests' process has other ones.
"""

from __future__ import annotations

import json
import sys
import uuid

import django

django.setup()

from comms.campaigns.models import Delivery, Edition, SendingCap  # noqa: E402 - after setup
from comms.core.actors import Role  # noqa: E402 - after setup
from comms.core.tenancy import in_workspace  # noqa: E402 - after setup
from comms.directory.models import ContactPoint  # noqa: E402 - after setup
from tests import factories  # noqa: E402 - after setup
from tests.campaigns.makers import (  # noqa: E402 - after setup
    Pair,
    make_edition,
    make_scheduled,
    make_template,
)
from tests.directory.makers import make_many  # noqa: E402 - after setup


def make(recipients: int, per_second: int) -> dict[str, str]:
    """An edition that begins to go out now, no faster than ``per_second``."""
    workspace = factories.make_workspace("mission", "Mission to the Talks")
    writer = factories.make_member(workspace, "edgar@example.org", "Edgar", Role.EDITOR)
    approver = factories.make_member(workspace, "petra@example.org", "Petra", Role.APPROVER)
    pair = Pair(factories.actor_of(writer, workspace), factories.actor_of(approver, workspace))
    with in_workspace(workspace.id):
        SendingCap.objects.create(
            workspace=workspace, kind="channel", key="email", per_second=per_second
        )
        make_many(
            pair.writer,
            [
                (f"Embassy {number}", f"embassy{number}@d{number % 50}.example.org")
                for number in range(recipients)
            ],
        )
        template = make_template(pair.writer, languages=("en",))
        edition = make_scheduled(pair, make_edition(pair.writer, template=template))
    return {"workspace": str(workspace.id), "edition": str(edition.id)}


def look(workspace: str, edition: str) -> dict[str, object]:
    """The edition's state, and each delivery's address and state."""
    with in_workspace(uuid.UUID(workspace)):
        address_of = {point.id: point.address for point in ContactPoint.objects.all()}
        deliveries = Delivery.objects.filter(edition_id=edition)
        return {
            "state": Edition.objects.values_list("state", flat=True).get(id=edition),
            "deliveries": [
                (address_of[contact_point], state)
                for contact_point, state in deliveries.values_list("contact_point_id", "state")
                if contact_point is not None
            ],
        }


def main(arguments: list[str]) -> None:
    command, *words = arguments
    found = make(int(words[0]), int(words[1])) if command == "make" else look(*words)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
