"""The vocabulary of the permission matrix: who tries what, and what they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from comms.accounts.models import User, Workspace

PERSONAS = ("anonymous", "outsider", "admin", "diplomat", "editor", "approver", "analyst")

OK = 200
MOVED = 302
FORBIDDEN = 403
NOT_FOUND = 404


@dataclass(frozen=True)
class Cast:
    """Everyone who tries a route. `outsider` is an administrator of `elsewhere` with every role."""

    mission: Workspace
    elsewhere: Workspace
    people: Mapping[str, User]


def workspace_only(cast: Cast) -> dict[str, Any]:
    """The arguments of a route that needs nothing but the workspace."""
    return {"workspace": cast.mission.slug}


def nothing(_cast: Cast) -> dict[str, Any]:
    """The arguments of a route that needs none."""
    return {}


@dataclass(frozen=True)
class Row:
    """One route, one method, and the status that each persona gets. A persona left out is a failure.

    `arguments` may make the objects that the address names (inside `in_workspace(cast.mission.id)`).
    `data` is the body of a POST. `everyone` sets the same status for all personas.
    """

    name: str
    expected: Mapping[str, int] = field(default_factory=dict)
    method: str = "GET"
    arguments: Callable[[Cast], dict[str, Any]] = workspace_only
    data: Callable[[Cast], dict[str, Any]] = nothing
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    everyone: int | None = None

    def status_for(self, persona: str) -> int:
        """What `persona` gets."""
        return self.everyone if self.everyone is not None else self.expected[persona]


def members(status: int = OK, **others: int) -> dict[str, int]:
    """Every member gets `status` (or their own by role), the outsider 404, strangers the sign-in page."""
    roles = dict.fromkeys(("admin", "diplomat", "editor", "approver", "analyst"), status)
    return {"anonymous": MOVED, "outsider": NOT_FOUND, **roles, **others}


def only(*roles: str, status: int = OK, otherwise: int = FORBIDDEN) -> dict[str, int]:
    """Members with one of `roles` get `status`, other members `otherwise`."""
    return members(otherwise, **dict.fromkeys(roles, status))
