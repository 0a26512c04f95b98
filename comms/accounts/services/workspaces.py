"""Opening and naming workspaces."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from comms.accounts import policies
from comms.accounts.models import Membership, User, Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger


def create_workspace(*, person: User, name: str) -> Workspace:
    """A new workspace with `person` as its first member, in every role.

    Raises ForbiddenError unless they administer a workspace already, InvalidError for the name.
    """
    if not policies.can_create_workspace(person):
        raise ForbiddenError(_("Only an administrator of a workspace can open another one."))
    called = require_workspace_name(name)
    with transaction.atomic():
        workspace = Workspace.objects.create(name=called, slug=new_slug(called))
        Membership.objects.create(
            workspace=workspace, user=person, roles=[role.value for role in Role]
        )
        with in_workspace(workspace.id):
            ledger.record(
                action="accounts.created_workspace",
                actor_id=person.id,
                subject_type="workspace",
                subject_id=workspace.id,
                details={"name": called},
            )
    return workspace


def rename_workspace(*, actor: Actor, name: str) -> Workspace:
    """Give the actor's workspace another name; its address stays. Raises ForbiddenError, InvalidError."""
    if not policies.can_manage_members(actor):
        raise ForbiddenError(_("Only administrators can rename the workspace."))
    called = require_workspace_name(name)
    with in_workspace(actor.workspace_id):
        workspace = Workspace.objects.select_for_update().get(id=actor.workspace_id)
        before, workspace.name = workspace.name, called
        workspace.save(update_fields=["name"])
        ledger.record(
            action="accounts.renamed_workspace",
            actor=actor,
            subject_type="workspace",
            subject_id=workspace.id,
            details={"before": before, "after": called},
        )
    return workspace


def require_workspace_name(name: str) -> str:
    """A workspace's name, trimmed. Raises InvalidError."""
    called = " ".join(name.split())
    if not called or len(called) > 120:
        raise InvalidError(
            _("Give the workspace a name of 1 to 120 characters."), field="workspace_name"
        )
    return called


def new_slug(name: str) -> str:
    """A free address for a workspace of this name; random where the name has no Latin letters."""
    stem = slugify(name)[:48].strip("-") or f"team-{secrets.token_hex(3)}"
    slug = stem
    while Workspace.objects.filter(slug=slug).exists():
        slug = f"{stem}-{secrets.token_hex(3)}"
    return slug
