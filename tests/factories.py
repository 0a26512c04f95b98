"""Makes the people and workspaces of the tests, through the models where no rule is at stake."""

from __future__ import annotations

from comms.accounts import selectors
from comms.accounts.models import Membership, User, Workspace
from comms.core.actors import Actor, Role

SIGN_IN_SECRET = "a-sign-in-secret-of-the-tests-0123456789abcdef"


def make_workspace(slug: str, name: str) -> Workspace:
    """A workspace without members."""
    return Workspace.objects.create(slug=slug, name=name)


def make_member(workspace: Workspace, email: str, name: str, *roles: Role) -> User:
    """A person with these roles in the workspace, made if new."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, SIGN_IN_SECRET, name=name)
    Membership.objects.create(workspace=workspace, user=user, roles=[str(role) for role in roles])
    return user


def actor_of(user: User, workspace: Workspace) -> Actor:
    """The actor that the person is in the workspace."""
    return selectors.get_actor_by_ids(user_id=user.id, workspace_id=workspace.id).actor
