"""Members and roles."""

from __future__ import annotations

import uuid

import pytest

from comms.accounts import selectors, services
from comms.accounts.models import Membership, User, Workspace
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from tests.factories import actor_of


def _membership(user: User, workspace: Workspace) -> uuid.UUID:
    return Membership.objects.get(user=user, workspace=workspace).id


@pytest.fixture
def admin(ada: User, mission: Workspace) -> Actor:
    """The administrator at work."""
    return actor_of(ada, mission)


def test_roles_change_and_are_recorded(admin: Actor, dina: User, mission: Workspace) -> None:
    """The next load sees the new roles; the trail says what they were."""
    services.change_roles(
        actor=admin,
        membership_id=_membership(dina, mission),
        roles=[Role.ANALYST, Role.DIPLOMAT],
    )
    assert actor_of(dina, mission).roles == {Role.DIPLOMAT, Role.ANALYST}
    with in_workspace(mission.id):
        entry = AuditEntry.objects.get(action="accounts.changed_roles")
    assert entry.actor_id == admin.user_id


def test_removed_member_is_no_actor_any_more(admin: Actor, dina: User, mission: Workspace) -> None:
    """From this moment on, and the account stays."""
    services.remove_member(actor=admin, membership_id=_membership(dina, mission))
    with pytest.raises(NotFoundError):
        selectors.get_actor(user_id=dina.id, slug=mission.slug)
    assert User.objects.filter(id=dina.id).exists()


def test_refuses_removing_the_last_administrator(
    admin: Actor, ada: User, mission: Workspace
) -> None:
    """A workspace is never left without one."""
    with pytest.raises(ConflictError):
        services.remove_member(actor=admin, membership_id=_membership(ada, mission))


def test_refuses_demoting_the_last_administrator(
    admin: Actor, ada: User, mission: Workspace
) -> None:
    """Nor by changing roles."""
    with pytest.raises(ConflictError):
        services.change_roles(
            actor=admin, membership_id=_membership(ada, mission), roles=[Role.EDITOR]
        )


def test_administrator_may_leave_when_there_is_another(
    admin: Actor, ada: User, dina: User, mission: Workspace
) -> None:
    """Then it is theirs to go."""
    services.change_roles(actor=admin, membership_id=_membership(dina, mission), roles=[Role.ADMIN])
    services.remove_member(actor=admin, membership_id=_membership(ada, mission))
    assert not Membership.objects.filter(user=ada, workspace=mission).exists()


def test_an_administrator_whose_account_is_off_does_not_count(
    admin: Actor, ada: User, dina: User, mission: Workspace
) -> None:
    """Somebody who can't sign in can't administer."""
    services.change_roles(actor=admin, membership_id=_membership(dina, mission), roles=[Role.ADMIN])
    User.objects.filter(id=dina.id).update(is_active=False)
    with pytest.raises(ConflictError):
        services.remove_member(actor=admin, membership_id=_membership(ada, mission))


def test_refuses_no_role_at_all(admin: Actor, dina: User, mission: Workspace) -> None:
    """A member holds at least one."""
    with pytest.raises(InvalidError):
        services.change_roles(actor=admin, membership_id=_membership(dina, mission), roles=[])


@pytest.mark.parametrize("name", ["dina", "edgar", "petra", "anna"])
def test_refuses_everyone_but_administrators(
    name: str, request: pytest.FixtureRequest, ada: User, mission: Workspace
) -> None:
    """Roles are not self-service."""
    actor = actor_of(request.getfixturevalue(name), mission)
    with pytest.raises(ForbiddenError):
        services.change_roles(
            actor=actor, membership_id=_membership(ada, mission), roles=[Role.EDITOR]
        )
    with pytest.raises(ForbiddenError):
        services.remove_member(actor=actor, membership_id=_membership(ada, mission))
    with pytest.raises(ForbiddenError):
        services.rename_workspace(actor=actor, name="Mine")


def test_refuses_outsider(
    oscar: User, elsewhere: Workspace, dina: User, mission: Workspace
) -> None:
    """An administrator elsewhere finds nobody here."""
    outsider = actor_of(oscar, elsewhere)
    with pytest.raises(NotFoundError):
        services.remove_member(actor=outsider, membership_id=_membership(dina, mission))
    with pytest.raises(NotFoundError):
        selectors.get_membership(outsider, _membership(dina, mission))


def test_administrator_opens_another_workspace(ada: User) -> None:
    """They hold every role there, and nobody else is in it."""
    workspace = services.create_workspace(person=ada, name="  Second   Team ")
    assert (workspace.name, workspace.slug) == ("Second Team", "second-team")
    assert actor_of(ada, workspace).roles == set(Role)
    assert Membership.objects.filter(workspace=workspace).count() == 1


def test_workspace_named_without_latin_letters_gets_an_address(ada: User) -> None:
    """Arabic names work too, and two of a name do not collide."""
    first = services.create_workspace(person=ada, name="بعثة السلام")
    second = services.create_workspace(person=ada, name="بعثة السلام")
    assert first.slug.startswith("team-")
    assert first.slug != second.slug


def test_refuses_opening_a_workspace_without_administering_one(dina: User) -> None:
    """Diplomats open none."""
    with pytest.raises(ForbiddenError):
        services.create_workspace(person=dina, name="Mine")
