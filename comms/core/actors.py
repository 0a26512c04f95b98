"""Who acts: a member of one workspace, with their roles there. Passed to every selector and service."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member does in a workspace; a person may hold several."""

    ADMIN = "admin", _("Administrator")
    DIPLOMAT = "diplomat", _("Diplomat")
    EDITOR = "editor", _("Editor")
    APPROVER = "approver", _("Approver")
    ANALYST = "analyst", _("Analyst")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting in a workspace. Made only from a membership that was just loaded."""

    user_id: uuid.UUID
    workspace_id: uuid.UUID
    roles: frozenset[Role]
    name: str

    def holds(self, *roles: Role) -> bool:
        """True when the actor holds at least one of `roles`."""
        return not self.roles.isdisjoint(roles)
