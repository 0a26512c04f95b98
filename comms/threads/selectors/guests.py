"""Guests of a thread, and what their links are called: sealed, like everything else."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.threads.models import Guest, Member
from comms.threads.selectors.threads import get_thread

GUESTS_AT_ONCE = 200


def list_guests(actor: Actor, thread_id: uuid.UUID) -> list[Guest]:
    """The thread's guests, present and former, the newest link first, at most 200. Raises NotFoundError."""
    seat = get_thread(actor, thread_id)
    return list(Guest.objects.filter(thread=seat.thread).order_by("-made_at")[:GUESTS_AT_ONCE])


def get_guest(guest_id: uuid.UUID, *, lock: bool = False) -> Guest:
    """The guest with this id in the entered workspace, whatever became of them. Raises NotFoundError."""
    guests = Guest.objects.select_for_update() if lock else Guest.objects.all()
    guest = guests.filter(id=guest_id).first()
    if guest is None:
        raise NotFoundError(
            _("This link is not valid. See that it is complete, or ask for a new one.")
        )
    return guest


def is_seated(guest: Guest) -> bool:
    """Whether the guest is in the thread's roster now, and their time is not up."""
    return Member.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        thread_id=guest.thread_id,
        member_id=guest.id,
        removed_at=None,
    ).exists()


def count_live_guests(thread_id: uuid.UUID) -> int:
    """Links of the thread that have neither ended nor expired."""
    return Guest.objects.filter(
        thread_id=thread_id, ended_at=None, expires_at__gt=timezone.now()
    ).count()
