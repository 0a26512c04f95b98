"""Where a person is signed in."""

from __future__ import annotations

import hashlib

from allauth.usersessions.models import UserSession

from comms.accounts.models import User


def list_sessions(person: User) -> list[UserSession]:
    """The person's live sessions, newest first; ended ones are cleared away."""
    sessions = UserSession.objects.purge_and_list(person)
    return sorted(sessions, key=lambda session: session.last_seen_at, reverse=True)


def session_group(session_key: str) -> str:
    """The realtime group of one browser's sockets, which get `session.revoked` when it is signed out."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:40]}"
