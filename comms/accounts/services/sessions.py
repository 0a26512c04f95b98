"""What a browser's session holds of the vault, and signing browsers out from afar."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from comms.accounts.models import SessionSecret, User
from comms.accounts.selectors import SIGNED_IN_AT, session_group
from comms.accounts.services.trail import record_for_person
from comms.core.errors import NotFoundError
from comms.core.realtime import broadcast


def open_session_secret(session_key: str) -> bytes:
    """The session's 32 bytes, drawn when they are first asked for; the same until it locks or ends.

    Raises NotFoundError for a session that has ended meanwhile.
    """
    with transaction.atomic():
        # Two tabs that ask at once agree, and a session that is being ended gets nothing.
        if not Session.objects.select_for_update().filter(session_key=session_key).exists():
            raise NotFoundError(_("You are signed out. Sign in again."))
        found, _made = SessionSecret.objects.get_or_create(
            session_id=session_key, defaults={"secret": secrets.token_bytes(32)}
        )
    return bytes(found.secret)


def lock_session(session_key: str) -> None:
    """Forget the session's secret: what its browser kept opens nothing any more."""
    SessionSecret.objects.filter(session_id=session_key).delete()


@contextmanager
def session_renewed(session: SessionBase) -> Iterator[None]:
    """Carry the secret over while the session gets another key, as it does with another passphrase.

    What this browser listens to opens again: it is not signed out.
    """
    before = session.session_key
    with transaction.atomic():
        kept = SessionSecret.objects.filter(session_id=before).first()
        yield
        if before is None or not session.session_key or session.session_key == before:
            return
        if kept is not None:
            SessionSecret.objects.create(session_id=session.session_key, secret=kept.secret)
        # Or ending the others would end it once more, under its old key.
        UserSession.objects.filter(session_key=before).delete()
        broadcast(session_group(before), {"type": "session.renewed"})


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


def watch_sign_ins() -> None:
    """From now on, a session knows since when it is signed in, and what listens under it ends when it signs out."""
    user_logged_in.connect(_on_sign_in, dispatch_uid="accounts.signed_in_at")
    user_logged_out.connect(_on_sign_out, dispatch_uid="accounts.close_sockets")


def _on_sign_in(*, request: HttpRequest, **_more: Any) -> None:
    request.session[SIGNED_IN_AT] = time.time()


def _on_sign_out(*, request: HttpRequest, **_more: Any) -> None:
    session_key = request.session.session_key
    if session_key:
        _tell_sockets(session_key)


def _end(session: UserSession) -> None:
    _tell_sockets(session.session_key)
    session.end()


def _tell_sockets(session_key: str) -> None:
    broadcast(session_group(session_key), {"type": "session.revoked"})
