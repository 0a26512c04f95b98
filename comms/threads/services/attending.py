"""Who is looking at their conversations, and in which of them nothing is worth telling."""

from __future__ import annotations

import datetime
import uuid

from django.db.models import Q
from django.utils import timezone

from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.threads import selectors
from comms.threads.models import Attendance, Member, Telling

REMEMBERED = datetime.timedelta(seconds=40)
"""A look is noted at most this often; an open page says that it is there every 45 seconds."""


def note_look(actor: Actor) -> None:
    """A page of the member listens now."""
    now = timezone.now()
    with in_workspace(actor.workspace_id):
        rows = Attendance.objects.filter(workspace_id=actor.workspace_id, user_id=actor.user_id)
        stale = Q(looked_at=None) | Q(looked_at__lt=now - REMEMBERED)
        if not rows.filter(stale).update(looked_at=now):
            if rows.exists():
                return
            Attendance.objects.get_or_create(
                workspace_id=actor.workspace_id,
                user_id=actor.user_id,
                defaults={"looked_at": now},
            )
        # Whichever workspace the last mail came from, they have come back after it.
        told = Telling.objects.filter(user_id=actor.user_id, mailed_at__isnull=False)
        told.filter(back_at=None).update(back_at=now)


def mute_thread(*, actor: Actor, thread_id: uuid.UUID, muted: bool) -> None:
    """Have nothing of this thread told outside of its page, or have it told again. Raises NotFoundError."""
    with in_workspace(actor.workspace_id):
        seat = selectors.get_thread(actor, thread_id)
        Member.objects.filter(id=seat.member.id).update(is_muted=muted)
