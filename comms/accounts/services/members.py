"""Who is in a workspace, in which roles. A workspace always keeps an administrator."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils.translation import gettext as _

from comms.accounts import policies
from comms.accounts.models import Membership, Workspace
from comms.accounts.services.departures import depart, reassess
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.realtime import broadcast
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger


def change_roles(*, actor: Actor, membership_id: uuid.UUID, roles: Collection[Role]) -> Membership:
    """Set a member's roles. Raises ForbiddenError, NotFoundError, InvalidError for none at all, and
    ConflictError if no administrator would be left."""
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators can change roles."))
    chosen = require_roles(roles)
    with in_workspace(actor.workspace_id):
        membership = _locked(actor, membership_id)
        before = list(membership.roles)
        if Role.ADMIN in before and Role.ADMIN not in chosen:
            _refuse_last_admin(membership)
        membership.roles = chosen
        membership.save(update_fields=["roles"])
        ledger.record(
            action="accounts.changed_roles",
            actor=actor,
            subject_type="membership",
            subject_id=membership.id,
            details={"person": membership.user.name, "before": before, "after": chosen},
        )
        reassess(actor, membership.user_id, roles)
        _tell(membership)
    return membership


def remove_member(*, actor: Actor, membership_id: uuid.UUID) -> None:
    """End a membership, and with it whatever the person holds here. Their account stays.

    Raises ForbiddenError, NotFoundError, and ConflictError for the last administrator.
    """
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators can remove members."))
    with in_workspace(actor.workspace_id):
        membership = _locked(actor, membership_id)
        if Role.ADMIN in membership.roles:
            _refuse_last_admin(membership)
        ledger.record(
            action="accounts.removed_member",
            actor=actor,
            subject_type="membership",
            subject_id=membership.id,
            details={"person": membership.user.name, "roles": membership.roles},
        )
        # First, so that their sockets are closed before anything else is told.
        _tell(membership)
        depart(actor, membership.user_id)
        membership.delete()


def require_roles(roles: Collection[Role]) -> list[str]:
    """The roles in their usual order, each once. Raises InvalidError for none."""
    chosen = [role.value for role in Role if role in roles]
    if not chosen:
        raise InvalidError(_("Choose at least one role."), field="roles")
    return chosen


def _locked(actor: Actor, membership_id: uuid.UUID) -> Membership:
    # The workspace's row is the lock: two administrators who remove each other must come one after the other.
    Workspace.objects.select_for_update().get(id=actor.workspace_id)
    membership = (
        Membership.objects.select_related("user")
        .filter(id=membership_id, workspace_id=actor.workspace_id)
        .first()
    )
    if membership is None:
        raise NotFoundError(_("There is no such member in this workspace."))
    return membership


def _refuse_last_admin(membership: Membership) -> None:
    others = Membership.objects.filter(
        workspace_id=membership.workspace_id,
        roles__contains=[Role.ADMIN.value],
        user__is_active=True,
    ).exclude(id=membership.id)
    if not others.exists():
        raise ConflictError(
            _("This is the last administrator. Make somebody else an administrator first.")
        )


def _tell(membership: Membership) -> None:
    # Open sockets load the person's roles again, and close if there is no membership any more.
    broadcast(
        f"member.{membership.workspace_id}.{membership.user_id}",
        {"type": "membership.changed"},
    )
