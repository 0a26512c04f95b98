"""Where a person is signed in, and what else than the passphrase proves who they are."""

from __future__ import annotations

import hashlib

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from comms.accounts.models import User


def list_sessions(person: User) -> list[UserSession]:
    """The person's live sessions, newest first; ended ones are cleared away."""
    sessions = UserSession.objects.purge_and_list(person)
    return sorted(sessions, key=lambda session: session.last_seen_at, reverse=True)


def list_authenticators(person: User) -> list[Authenticator]:
    """Passkeys, authenticator app and backup codes of the person, oldest first."""
    return list(Authenticator.objects.filter(user=person).order_by("created_at"))


def session_group(session_key: str) -> str:
    """The realtime group of one browser's sockets, which get `session.revoked` when it is signed out."""
    return f"session.{hashlib.sha256(session_key.encode()).hexdigest()[:40]}"
