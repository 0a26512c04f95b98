"""Who belongs where."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comms.accounts.models import Membership, Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import NotFoundError, SecondStepNeededError


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace and the person acting in it, loaded together."""

    workspace: Workspace
    actor: Actor


def get_actor(*, user_id: uuid.UUID, slug: str) -> Place:
    """The person as a member of the workspace at `slug`. Raises NotFoundError for everyone else.

    Raises SecondStepNeededError, a kind of it, when the workspace demands a second step that they lack.
    """
    return _admitted(_memberships(user_id).filter(workspace__slug=slug).first())


def get_actor_by_ids(*, user_id: uuid.UUID, workspace_id: uuid.UUID) -> Place:
    """The same by the workspace's id, for sockets and API tokens."""
    return _admitted(_memberships(user_id).filter(workspace_id=workspace_id).first())


def has_second_step(user_id: uuid.UUID) -> bool:
    """Whether the person has a passkey or an authenticator app. Backup codes alone are none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists())


def _memberships(user_id: uuid.UUID) -> QuerySet[Membership]:
    return Membership.objects.select_related("workspace", "user").filter(
        user_id=user_id, user__is_active=True
    )


def _admitted(membership: Membership | None) -> Place:
    """The place, unless the workspace's rules keep the person out until they have a second step."""
    place = _place(membership)
    if membership and _demands(membership) and not has_second_step(place.actor.user_id):
        raise SecondStepNeededError(
            _(
                "%(workspace)s asks for a second step when you sign in. Add a passkey or an app first."
            )
            % {"workspace": place.workspace.name}
        )
    return place


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


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a person's browsers stay signed in, in seconds: without a visit, and in any case."""

    idle: int
    age: int


def strictest_limits(workspaces: Collection[Workspace]) -> SessionLimits:
    """The strictest of a person's workspaces: one sign-in opens them all. The deployment's own without any."""
    idle = [60 * workspace.idle_minutes for workspace in workspaces]
    age = [3600 * workspace.session_hours for workspace in workspaces]
    return SessionLimits(
        idle=min(settings.SESSION_IDLE_AGE, *idle) if idle else settings.SESSION_IDLE_AGE,
        age=min(settings.SESSION_COOKIE_AGE, *age) if age else settings.SESSION_COOKIE_AGE,
    )


def list_workspaces_of(user_id: uuid.UUID) -> list[Workspace]:
    """The person's workspaces by name."""
    return list(Workspace.objects.filter(memberships__user_id=user_id).order_by("name"))


def list_workspaces_demanding(user_id: uuid.UUID) -> list[Workspace]:
    """The person's workspaces that demand a second step of one of their roles, by name."""
    memberships = _memberships(user_id).order_by("workspace__name")
    return [one.workspace for one in memberships if _demands(one)]


def _demands(membership: Membership) -> bool:
    return not set(membership.roles).isdisjoint(membership.workspace.second_step_roles)


def get_place_of(user_id: uuid.UUID, *, preferred: Sequence[str] = ()) -> Place | None:
    """The person in the first workspace of these addresses that is theirs, else in their first by name, or None.

    For the frame of their own pages only: it asks for no second step, since that is added on such a page.
    """
    memberships = _memberships(user_id).order_by("workspace__name")
    theirs = {one.workspace.slug: one for one in memberships}
    found = next((theirs[slug] for slug in preferred if slug in theirs), None)
    found = found or next(iter(theirs.values()), None)
    return _place(found) if found else None


def get_workspace(slug: str) -> Workspace:
    """The workspace at this address, for pages that people without an account open. Raises NotFoundError."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise NotFoundError(_("There is no such workspace."))
    return workspace


def get_workspace_by_id(workspace_id: uuid.UUID) -> Workspace:
    """The same by its id. Raises NotFoundError."""
    workspace = Workspace.objects.filter(id=workspace_id).first()
    if workspace is None:
        raise NotFoundError(_("There is no such workspace."))
    return workspace


def list_workspace_ids() -> list[uuid.UUID]:
    """Every workspace, for ticks that go through them one by one."""
    return list(Workspace.objects.order_by("id").values_list("id", flat=True))


def list_member_ids(workspace_id: uuid.UUID) -> list[uuid.UUID]:
    """Everyone who is a member of the workspace now, for ticks."""
    members = Membership.objects.filter(workspace_id=workspace_id)
    return list(members.values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class Mailed:
    """A member who wants a mail when something waits, after so many minutes."""

    user_id: uuid.UUID
    email: str
    language: str
    minutes: int


def list_mailed(workspace_id: uuid.UUID) -> list[Mailed]:
    """The members who asked for such mails, and can sign in."""
    people = Membership.objects.filter(
        workspace_id=workspace_id, user__is_active=True, user__waiting_mail__gt=0
    ).select_related("user")
    return [
        Mailed(one.user_id, one.user.email, one.user.language, one.user.waiting_mail)
        for one in people
    ]


def list_mailable(workspace_id: uuid.UUID, roles: Collection[Role]) -> list[Mailed]:
    """The members with one of `roles` who can sign in, for mails about the work that is theirs."""
    people = _holders(workspace_id, roles).select_related("user")
    return [
        Mailed(one.user_id, one.user.email, one.user.language, one.user.waiting_mail)
        for one in people
    ]


def ids_of_holders(workspace_id: uuid.UUID, roles: Collection[Role]) -> QuerySet[Any]:
    """The user ids of the same people, for a query of another table to ask within itself."""
    return _holders(workspace_id, roles).values("user_id")


def _holders(workspace_id: uuid.UUID, roles: Collection[Role]) -> QuerySet[Membership]:
    return Membership.objects.filter(
        workspace_id=workspace_id,
        user__is_active=True,
        roles__overlap=sorted({str(role) for role in roles}),
    )


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
