"""Where a person is signed in, and what else than the passphrase proves who they are."""

from __future__ import annotations

import hashlib
import time
import uuid

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from comms.accounts.models import User
from comms.accounts.selectors.memberships import list_workspaces_of, strictest_limits

SIGNED_IN_AT = "signed_in_at"
"""In a session: when it was signed in, in seconds since 1970. Kept when the session gets another key."""


def list_sessions(person: User) -> list[UserSession]:
    """The person's live sessions, newest first; ended ones are cleared away."""
    sessions = UserSession.objects.purge_and_list(person)
    return sorted(sessions, key=lambda session: session.last_seen_at, reverse=True)


def list_authenticators(person: User) -> list[Authenticator]:
    """Passkeys, authenticator app and backup codes of the person, oldest first."""
    return list(Authenticator.objects.filter(user=person).order_by("created_at"))


def session_lives(session_key: str, user_id: uuid.UUID) -> bool:
    """Whether a browser is still signed in: not ended, and not for longer than the person's workspaces allow.

    For what stays open, since only requests pass the middleware that signs out. A session that is another person's,
    has expired, or doesn't say since when it is signed in, doesn't count. Two queries.
    """
    kept = SessionStore(session_key).load()
    if kept.get(SESSION_KEY) != str(user_id) or SIGNED_IN_AT not in kept:
        return False
    limits = strictest_limits(list_workspaces_of(user_id))
    return bool(time.time() - kept[SIGNED_IN_AT] <= limits.age)


def session_group(session_key: str) -> str:
    """The realtime group of one browser's sockets.

    They get `session.revoked` when it is signed out, and `session.renewed` when its session has another key.
    """
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:40]}"
