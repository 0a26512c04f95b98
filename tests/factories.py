"""Makes the people and workspaces of the tests, through the models where no rule is at stake."""

from __future__ import annotations

import time

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore

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


def make_session(user: User | AnonymousUser) -> SessionStore:
    """The session of a browser, saved: signed in now, or a visitor's for nobody."""
    session = SessionStore()
    if isinstance(user, User):
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[selectors.SIGNED_IN_AT] = time.time()
    session.create()
    return session
