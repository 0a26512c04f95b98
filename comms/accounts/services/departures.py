"""What the floors above do when somebody's membership ends, in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from comms.core.actors import Actor

Departure = Callable[[Actor, uuid.UUID], None]
"""Called inside `in_workspace`, with who removes and the user who goes. Raising undoes the removal."""

_departures: list[Departure] = []


def when_removed(then: Departure) -> None:
    """Have `then` called for each removal. Called once by each app that has something to end."""
    _departures.append(then)


def depart(actor: Actor, user_id: uuid.UUID) -> None:
    """End what the person holds in the workspace, on every floor."""
    for then in _departures:
        then(actor, user_id)
