"""Who belongs where."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comms.accounts.models import Membership, Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace and the person acting in it, loaded together."""

    workspace: Workspace
    actor: Actor


def get_actor(*, user_id: uuid.UUID, slug: str) -> Place:
    """The person as a member of the workspace at `slug`. Raises NotFoundError for everyone else."""
    membership = (
        Membership.objects.select_related("workspace", "user")
        .filter(user_id=user_id, workspace__slug=slug, user__is_active=True)
        .first()
    )
    return _place(membership)


def get_actor_by_ids(*, user_id: uuid.UUID, workspace_id: uuid.UUID) -> Place:
    """The same by the workspace's id, for sockets and API tokens."""
    membership = (
        Membership.objects.select_related("workspace", "user")
        .filter(user_id=user_id, workspace_id=workspace_id, user__is_active=True)
        .first()
    )
    return _place(membership)


def _place(membership: Membership | None) -> Place:
    if membership is None:
        raise NotFoundError(_("There is no such workspace, or you are not a member of it."))
    actor = Actor(
        user_id=membership.user_id,
        workspace_id=membership.workspace_id,
        roles=frozenset(Role(role) for role in membership.roles),
        name=membership.user.name,
    )
    return Place(workspace=membership.workspace, actor=actor)


def list_workspaces_of(user_id: uuid.UUID) -> list[Workspace]:
    """The person's workspaces by name."""
    return list(Workspace.objects.filter(memberships__user_id=user_id).order_by("name"))


def get_place_of(user_id: uuid.UUID, *, preferred: str | None = None) -> Place | None:
    """The person in the workspace at the address `preferred`, else in their first by name, or None."""
    memberships = (
        Membership.objects.select_related("workspace", "user")
        .filter(user_id=user_id, user__is_active=True)
        .order_by("workspace__name")
    )
    found = memberships.filter(workspace__slug=preferred).first() if preferred else None
    found = found or memberships.first()
    return _place(found) if found else None


def list_workspace_ids() -> list[uuid.UUID]:
    """Every workspace, for ticks that go through them one by one."""
    return list(Workspace.objects.order_by("id").values_list("id", flat=True))


def list_members(actor: Actor) -> QuerySet[Membership]:
    """The members of the actor's workspace with their people, by name. Every member may read them."""
    return (
        Membership.objects.filter(workspace_id=actor.workspace_id)
        .select_related("user")
        .order_by("user__name", "id")
    )


def get_membership(actor: Actor, membership_id: uuid.UUID) -> Membership:
    """One membership of the actor's workspace. Raises NotFoundError."""
    found = list_members(actor).filter(id=membership_id).first()
    if found is None:
        raise NotFoundError(_("There is no such member in this workspace."))
    return found
