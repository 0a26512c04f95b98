"""The rules for signing in to a workspace: who needs a second step, and how long things last."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from comms.accounts import policies
from comms.accounts.models import Workspace
from comms.accounts.models.workspaces import IDLE_MINUTES, INVITATION_DAYS, SESSION_HOURS
from comms.core.actors import Actor, Role
from comms.core.errors import ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger

_BOUNDS = {
    "idle_minutes": IDLE_MINUTES,
    "session_hours": SESSION_HOURS,
    "invitation_days": INVITATION_DAYS,
}
_ACTIONS = {
    "second_step_roles": "accounts.changed_second_step_roles",
    "idle_minutes": "accounts.changed_idle_minutes",
    "session_hours": "accounts.changed_session_hours",
    "invitation_days": "accounts.changed_invitation_days",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a workspace demands. Sessions are bounded by the strictest of a person's workspaces."""

    second_step_roles: Collection[Role]
    idle_minutes: int
    session_hours: int
    invitation_days: int


def change_rules(*, actor: Actor, rules: Rules) -> Workspace:
    """Set the rules; they hold from the next visit of each member on. Nothing is recorded if nothing changes.

    Raises ForbiddenError, InvalidError naming the field.
    """
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators can change the rules for signing in."))
    for field, bounds in _BOUNDS.items():
        if getattr(rules, field) not in bounds:
            raise InvalidError(
                _("Choose a number from %(least)d to %(most)d.")
                % {"least": bounds[0], "most": bounds[-1]},
                field=field,
            )
    after = {
        "second_step_roles": sorted(str(Role(role)) for role in set(rules.second_step_roles)),
        **{field: getattr(rules, field) for field in _BOUNDS},
    }
    with in_workspace(actor.workspace_id):
        workspace = Workspace.objects.select_for_update().get(id=actor.workspace_id)
        changed = {
            name: value for name, value in after.items() if getattr(workspace, name) != value
        }
        for name, value in changed.items():
            setattr(workspace, name, value)
        if changed:
            workspace.save(update_fields=list(changed))
        for name, value in changed.items():
            ledger.record(
                action=_ACTIONS[name],
                actor=actor,
                subject_type="workspace",
                subject_id=workspace.id,
                details={"to": value if value != [] else "-"},
            )
    return workspace
