"""What the floors above do when somebody's membership ends or their roles change, in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

from comms.core.actors import Actor, Role

Departure = Callable[[Actor, uuid.UUID], None]
"""Called inside `in_workspace`, with who removes and the user who goes. Raising undoes the removal."""

RoleChange = Callable[[Actor, uuid.UUID, Collection[Role]], None]
"""Called inside `in_workspace`, with who changes, whose roles, and those from now on. Raising undoes the change."""

_departures: list[Departure] = []
_role_changes: list[RoleChange] = []


def when_removed(then: Departure) -> None:
    """Have `then` called for each removal. Called once by each app that has something to end."""
    _departures.append(then)


def when_roles_changed(then: RoleChange) -> None:
    """Have `then` called for each change of roles. Called once by each app that hands work to roles."""
    _role_changes.append(then)


def depart(actor: Actor, user_id: uuid.UUID) -> None:
    """End what the person holds in the workspace, on every floor."""
    for then in _departures:
        then(actor, user_id)


def reassess(actor: Actor, user_id: uuid.UUID, roles: Collection[Role]) -> None:
    """Let every floor take back what the person may not do any more."""
    for then in _role_changes:
        then(actor, user_id, roles)
