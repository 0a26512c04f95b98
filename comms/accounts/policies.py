"""Who may do what to people and workspaces."""

from __future__ import annotations

from comms.accounts.models import User
from comms.core.actors import Actor, Role


def can_manage_members(actor: Actor) -> bool:
    """Administrators invite, change roles, remove members and rename the workspace."""
    return actor.holds(Role.ADMIN)


def can_create_workspace(person: User) -> bool:
    """Whoever administers a workspace may open another."""
    return person.memberships.filter(roles__contains=[Role.ADMIN.value]).exists()
