"""Signing browsers out from afar."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from comms.accounts.models import User
from comms.accounts.selectors import session_group
from comms.accounts.services.trail import record_for_person
from comms.core.errors import NotFoundError
from comms.core.realtime import broadcast


def end_session(*, person: User, session_id: int) -> None:
    """Sign one of the person's browsers out; its closed copy of the vault stays shut.

    Raises NotFoundError for a session that is not theirs.
    """
    with transaction.atomic():
        session = UserSession.objects.select_for_update().filter(user=person, id=session_id).first()
        if session is None:
            raise NotFoundError(_("There is no such session."))
        _end(session)
        record_for_person(person, "accounts.ended_session", {"browser": session.user_agent[:120]})


def end_other_sessions(*, person: User, keep: str | None) -> int:
    """Sign out every browser but the one whose session key is `keep`; how many there were."""
    with transaction.atomic():
        sessions = list(
            UserSession.objects.select_for_update()
            .filter(user=person)
            .exclude(session_key=keep or "")
        )
        for session in sessions:
            _end(session)
        if sessions:
            record_for_person(person, "accounts.ended_sessions", {"count": len(sessions)})
    return len(sessions)


def _end(session: UserSession) -> None:
    broadcast(session_group(session.session_key), {"type": "session.revoked"})
    session.end()
