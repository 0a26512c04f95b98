"""A member's threads, newest activity first."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.threads import policies
from comms.threads.models import Epoch, Member, Thread, Wrap

THREADS_AT_ONCE = 50
HEADS_AT_ONCE = 1000

Standing = tuple[int, bool, int]
"""Of a thread: its epoch's number, whether another is due, and its seq."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A thread and the actor's place in it, loaded together."""

    thread: Thread
    member: Member


@dataclass(frozen=True, slots=True)
class ThreadOfMember:
    """What a list shows of a thread: the newest epoch's record and this member's wrap of its key."""

    thread: Thread
    member: Member
    record: bytes
    wrap: bytes


def get_thread(actor: Actor, thread_id: uuid.UUID, *, lock: bool = False) -> Seat:
    """The conversation, if the actor is in its roster now. `lock` holds it until the transaction ends.

    Raises NotFoundError for everyone else, whether it exists or not, and for the thread of a form.
    """
    seat = get_keyed_thread(actor, thread_id, lock=lock)
    if seat.thread.purpose != Thread.Purpose.CONVERSATION:
        raise _not_there()
    return seat


def get_keyed_thread(actor: Actor, thread_id: uuid.UUID, *, lock: bool = False) -> Seat:
    """As get_thread, for what conversations and forms have in common: who is in, and the chain of keys."""
    threads = Thread.objects.select_for_update() if lock else Thread.objects.all()
    thread = threads.filter(id=thread_id, workspace_id=actor.workspace_id).first()
    member = _seats(actor).filter(thread_id=thread_id).first() if thread else None
    if thread is None or member is None or not policies.can_read(member):
        raise _not_there()
    return Seat(thread, member)


def get_form_thread(actor: Actor, thread_id: uuid.UUID, *, lock: bool = False) -> Seat:
    """The thread of a form, if the actor is one of its readers now. Raises NotFoundError."""
    seat = get_keyed_thread(actor, thread_id, lock=lock)
    if seat.thread.purpose != Thread.Purpose.FORM:
        raise _not_there()
    return seat


def lock_seats(actors: Sequence[Actor], thread_id: uuid.UUID) -> list[Seat]:
    """The thread, held until the transaction ends, with the place of each actor who is in its roster now.

    All actors are of one workspace. Empty for a thread that doesn't exist or that none of them is in.
    """
    found = Thread.objects.select_for_update().filter(
        id=thread_id,
        workspace_id=actors[0].workspace_id,
        purpose=Thread.Purpose.CONVERSATION,
    )
    thread = found.first()
    if thread is None:
        return []
    ids = {actor.user_id for actor in actors if actor.workspace_id == thread.workspace_id}
    members = _seats_of(thread.workspace_id).filter(thread=thread, member_id__in=ids)
    return [Seat(thread, member) for member in members if policies.can_read(member)]


def list_threads(
    actor: Actor, *, before: tuple[datetime.datetime, uuid.UUID] | None = None
) -> list[ThreadOfMember]:
    """Up to 50 of the actor's threads, newest activity first, after the cursor (activity, id)."""
    seats = _conversations(actor).select_related("thread")
    if before is not None:
        seats = seats.filter(
            Q(thread__activity_at__lt=before[0])
            | Q(thread__activity_at=before[0], thread_id__lt=before[1])
        )
    page = list(seats.order_by("-thread__activity_at", "-thread_id")[:THREADS_AT_ONCE])
    numbers = {seat.thread_id: seat.thread.epoch_number for seat in page}
    newest = Epoch.objects.filter(thread_id__in=list(numbers), number=F("thread__epoch_number"))
    epochs = {epoch.thread_id: epoch for epoch in newest}
    wraps = {
        wrap.epoch_id: bytes(wrap.content)
        for wrap in Wrap.objects.filter(
            epoch_id__in=[epoch.id for epoch in epochs.values()], member_id=actor.user_id
        )
    }
    return [
        ThreadOfMember(seat.thread, seat, bytes(epoch.record), wraps.get(epoch.id, b""))
        for seat in page
        if (epoch := epochs.get(seat.thread_id)) is not None
    ]


def list_heads(actor: Actor) -> list[Thread]:
    """Where each of the actor's threads stands, at most 1,000, for a socket that has just opened."""
    seats = _conversations(actor).select_related("thread").order_by("-thread__activity_at")
    return [seat.thread for seat in seats[:HEADS_AT_ONCE]]


def list_standings(actor: Actor) -> dict[uuid.UUID, Standing]:
    """The same threads as `list_heads`, without what a page already has."""
    fields = ("thread_id", "thread__epoch_number", "thread__key_due", "thread__seq")
    rows = _conversations(actor).order_by("-thread__activity_at").values_list(*fields)
    return {thread: (number, due, seq) for thread, number, due, seq in rows[:HEADS_AT_ONCE]}


def count_unread_threads(actor: Actor) -> int:
    """In how many threads something waits that the actor has not read."""
    return _conversations(actor).filter(thread__seq__gt=F("read_up_to")).count()


def list_muted(actor: Actor) -> list[uuid.UUID]:
    """The threads that the actor has muted, at most 1,000."""
    muted = _conversations(actor).filter(is_muted=True).order_by("thread_id")
    return list(muted.values_list("thread_id", flat=True)[:HEADS_AT_ONCE])


def has_threads(actor: Actor) -> bool:
    """Whether the actor is in any thread."""
    return _conversations(actor).exists()


def member_group(workspace_id: uuid.UUID, user_id: uuid.UUID) -> str:
    """The realtime group of one member's sockets, the one that accounts tells of changed roles."""
    return f"member.{workspace_id}.{user_id}"


def thread_group(thread_id: uuid.UUID) -> str:
    """The realtime group of everyone who has the thread open."""
    return f"thread.{thread_id}"


def _seats(actor: Actor) -> QuerySet[Member]:
    return _seats_of(actor.workspace_id).filter(member_id=actor.user_id)


def _conversations(actor: Actor) -> QuerySet[Member]:
    return _seats(actor).filter(thread__purpose=Thread.Purpose.CONVERSATION)


def _not_there() -> NotFoundError:
    return NotFoundError(_("There is no such conversation, or you are not in it."))


def _seats_of(workspace_id: uuid.UUID) -> QuerySet[Member]:
    """Everybody's places that are held now."""
    return Member.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        workspace_id=workspace_id,
        removed_at=None,
    )
