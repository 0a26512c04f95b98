"""Invitations, seen from the workspace and from the link."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts import policies
from comms.accounts.models import Invitation, User
from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, NotFoundError


def list_open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations of the workspace that are neither used nor withdrawn, newest first; for administrators."""
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators see invitations."))
    return (
        Invitation.objects.filter(workspace_id=actor.workspace_id, used_at=None, withdrawn_at=None)
        .select_related("invited_by")
        .order_by("-created_at")
    )


def get_invitation(actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    """One open invitation of the actor's workspace. Raises NotFoundError."""
    found = list_open_invitations(actor).filter(id=invitation_id).first()
    if found is None:
        raise NotFoundError(_("There is no such open invitation."))
    return found


def get_open_invitation(invitation_id: uuid.UUID) -> Invitation:
    """The invitation that a visitor's session has redeemed a link for, if it can still be used.

    Raises NotFoundError when it was used or withdrawn, or has expired, meanwhile.
    """
    found = (
        Invitation.objects.select_related("workspace", "invited_by")
        .filter(id=invitation_id, used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if found is None:
        raise NotFoundError(
            _("This invitation has been used or withdrawn, or it has expired. Ask for a new one.")
        )
    return found


def invited_has_account(invitation: Invitation) -> bool:
    """Whether the invited address belongs to an account, so that signing in joins."""
    return User.objects.filter(email=invitation.email).exists()
