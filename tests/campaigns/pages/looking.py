"""Where a page is, what became of its edition, and which statements are no questions."""

from __future__ import annotations

from django.urls import reverse

from comms.accounts.models import Workspace
from comms.campaigns.models import Edition
from comms.core.tenancy import in_workspace

# Steps of a transaction and its settings ask nothing; in the tests, which run in one, `in_workspace` is a savepoint.
CONTROL = (
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "ROLLBACK TO SAVEPOINT",
    "SELECT set_config",
)


def address(name: str, *arguments: object) -> str:
    return reverse(f"campaigns:{name}", args=["mission", *arguments])


def state_of(mission: Workspace, edition: Edition) -> str:
    with in_workspace(mission.id):
        return str(Edition.objects.values_list("state", flat=True).get(id=edition.id))
