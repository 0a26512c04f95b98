"""The hold that stops everything a workspace sends, and its release."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.models import Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError, ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

# Stopping is easier than starting again.
MAY_HOLD = (Role.ADMIN, Role.APPROVER, Role.EDITOR, Role.DIPLOMAT)
MAY_RELEASE = (Role.ADMIN, Role.APPROVER)


def hold_workspace(*, actor: Actor, reason: str) -> Workspace:
    """Stop everything going out of the workspace within two seconds, until somebody releases it.

    Raises ForbiddenError, InvalidError without a reason, ConflictError when it is held already.
    """
    if not actor.holds(*MAY_HOLD):
        raise ForbiddenError(_("Your roles do not include holding what is sent."))
    why = " ".join(reason.split())
    if not 1 <= len(why) <= 300:
        raise InvalidError(_("Say why, in at most 300 characters."), field="reason")
    with in_workspace(actor.workspace_id):
        workspace = Workspace.objects.select_for_update().get(id=actor.workspace_id)
        if workspace.hold_reason:
            raise ConflictError(_("The workspace is held already."))
        workspace.hold_reason, workspace.held_at = why, timezone.now()
        workspace.save(update_fields=["hold_reason", "held_at"])
        record(
            action="accounts.held_workspace",
            actor=actor,
            subject_type="workspace",
            subject_id=workspace.id,
            details={"reason": why},
        )
    return workspace


def release_workspace(*, actor: Actor) -> Workspace:
    """Let it send again. Raises ForbiddenError, ConflictError when nothing is held."""
    if not actor.holds(*MAY_RELEASE):
        raise ForbiddenError(_("Only an administrator or an approver can lift the hold."))
    with in_workspace(actor.workspace_id):
        workspace = Workspace.objects.select_for_update().get(id=actor.workspace_id)
        if not workspace.hold_reason:
            raise ConflictError(_("The workspace is not held."))
        why, workspace.hold_reason, workspace.held_at = workspace.hold_reason, "", None
        workspace.save(update_fields=["hold_reason", "held_at"])
        record(
            action="accounts.released_workspace",
            actor=actor,
            subject_type="workspace",
            subject_id=workspace.id,
            details={"reason": why},
        )
    return workspace
