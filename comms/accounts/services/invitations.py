"""Inviting people: a link for one address, used once, soon expired."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts import policies
from comms.accounts.models import Invitation, Membership, User, Workspace
from comms.accounts.services.links import new_token, token_hash
from comms.accounts.services.members import require_roles
from comms.accounts.services.people import NewKeys, create_person, require_address
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError, ForbiddenError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger

_PURPOSE = "invitation"


def create_invitation(
    *, actor: Actor, email: str, roles: Collection[Role]
) -> tuple[Invitation, str]:
    """Invite an address with these roles; the token is returned once and kept only as a hash.

    An open invitation to the same address is withdrawn. Raises ForbiddenError, InvalidError, and
    ConflictError for somebody who is a member already.
    """
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators can invite people."))
    address, chosen = require_address(email), require_roles(roles)
    with in_workspace(actor.workspace_id):
        if Membership.objects.filter(workspace_id=actor.workspace_id, user__email=address).exists():
            raise ConflictError(_("This person is already a member."), field="email")
        _open(actor.workspace_id, address).update(withdrawn_at=timezone.now())
        token = new_token(_PURPOSE)
        days = Workspace.objects.values_list("invitation_days", flat=True).get(
            id=actor.workspace_id
        )
        invitation = Invitation.objects.create(
            workspace_id=actor.workspace_id,
            email=address,
            roles=chosen,
            token_hash=token_hash(_PURPOSE, token),
            invited_by_id=actor.user_id,
            expires_at=timezone.now() + timedelta(days=days),
        )
        ledger.record(
            action="accounts.invited_member",
            actor=actor,
            subject_type="invitation",
            subject_id=invitation.id,
            details={"email": address, "roles": chosen},
        )
    return invitation, token


def withdraw_invitation(*, actor: Actor, invitation_id: uuid.UUID) -> None:
    """Make an open invitation's link useless. Raises ForbiddenError, NotFoundError."""
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators can withdraw invitations."))
    with in_workspace(actor.workspace_id):
        changed = Invitation.objects.filter(
            id=invitation_id, workspace_id=actor.workspace_id, used_at=None, withdrawn_at=None
        ).update(withdrawn_at=timezone.now())
        if not changed:
            raise NotFoundError(_("There is no such open invitation."))
        ledger.record(
            action="accounts.withdrew_invitation",
            actor=actor,
            subject_type="invitation",
            subject_id=invitation_id,
        )


def redeem_invitation(token: str) -> Invitation:
    """The invitation behind a token, if it can still be used. Raises NotFoundError."""
    digest = token_hash(_PURPOSE, token)
    found = (
        Invitation.objects.select_related("workspace").filter(token_hash=digest).first()
        if digest
        else None
    )
    return _usable(found)


def join_with_new_account(
    *, invitation_id: uuid.UUID, name: str, language: str, time_zone: str, keys: NewKeys
) -> tuple[User, Workspace]:
    """Make the invited person's account and membership; the invitation is used up.

    Raises NotFoundError for an invitation that can't be used any more, ConflictError when the address has
    an account (then signing in joins), InvalidError for what was given.
    """
    with transaction.atomic():
        invitation = _usable(_locked(invitation_id))
        person = create_person(
            account_id=invitation.account_id,
            email=invitation.email,
            name=name,
            language=language,
            time_zone=time_zone,
            keys=keys,
        )
        return person, _join(invitation, person)


def accept_invitation(*, person: User, invitation_id: uuid.UUID) -> Workspace:
    """Add a person who has an account. Raises ForbiddenError unless the invitation is to their address."""
    with transaction.atomic():
        invitation = _usable(_locked(invitation_id))
        if invitation.email != person.email:
            raise ForbiddenError(
                _("This invitation is for another address than the one you are signed in with.")
            )
        return _join(invitation, person)


def _join(invitation: Invitation, person: User) -> Workspace:
    workspace = invitation.workspace
    membership, created = Membership.objects.get_or_create(
        workspace=workspace, user=person, defaults={"roles": invitation.roles}
    )
    if not created:
        raise ConflictError(_("You are already a member of this workspace."))
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    with in_workspace(workspace.id):
        ledger.record(
            action="accounts.joined_workspace",
            actor_id=person.id,
            subject_type="membership",
            subject_id=membership.id,
            details={"person": person.name, "roles": invitation.roles},
        )
    return workspace


def _open(workspace_id: uuid.UUID, address: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        workspace_id=workspace_id, email=address, used_at=None, withdrawn_at=None
    )


def _locked(invitation_id: uuid.UUID) -> Invitation | None:
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("workspace")
        .filter(id=invitation_id)
        .first()
    )


def _usable(invitation: Invitation | None) -> Invitation:
    if (
        invitation is None
        or invitation.used_at is not None
        or invitation.withdrawn_at is not None
        or invitation.expires_at <= timezone.now()
    ):
        raise NotFoundError(
            _("This invitation has been used or withdrawn, or it has expired. Ask for a new one.")
        )
    return invitation
