"""Acts of a person on their own account, told to each of their workspaces."""

from __future__ import annotations

from collections.abc import Mapping

from comms.accounts.models import Membership, User
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger


def record_for_person(
    person: User, action: str, details: Mapping[str, object] | None = None
) -> None:
    """Record the act in the trail of every workspace that the person is in.

    Must not be called inside `in_workspace`: the trails belong to different workspaces.
    """
    workspaces = Membership.objects.filter(user=person).values_list("workspace_id", flat=True)
    for workspace_id in workspaces:
        with in_workspace(workspace_id):
            ledger.record(
                action=action,
                actor_id=person.id,
                subject_type="user",
                subject_id=person.id,
                details=details,
            )
