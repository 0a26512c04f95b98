"""Seats of people whose membership in the workspace ended: out at once, and out of the next key."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger
from comms.threads.models import Member, Thread
from comms.threads.services import events

SEATS_AT_ONCE = 500


def end_seats(actor: Actor | None, user_id: uuid.UUID) -> None:
    """Take a person out of all their threads; nothing is posted there until an epoch without them is there.

    Inside `in_workspace`, and in the transaction that ends their membership.
    """
    for thread_id in (
        _open_seats([user_id]).order_by("thread_id").values_list("thread_id", flat=True)
    ):
        _end(thread_id, user_id, actor)


def sweep_seats(workspace_id: uuid.UUID) -> int:
    """End seats of people who are no members any more, from before removals ended them; how many, at most 500."""
    with in_workspace(workspace_id):
        members = accounts.list_member_ids(workspace_id)
        stale = list(
            Member.objects.filter(removed_at=None)
            .exclude(role=Member.Role.GUEST)
            .exclude(member_id__in=members)
            .order_by("thread_id")
            .values_list("thread_id", "member_id")[:SEATS_AT_ONCE]
        )
        for thread_id, user_id in stale:
            _end(thread_id, user_id, None)
    return len(stale)


def still_seated(thread: Thread, members: Collection[uuid.UUID]) -> bool:
    """Whether none of them has left or was put out. The caller holds the thread."""
    return not Member.objects.filter(
        thread=thread, member_id__in=members, removed_at__isnull=False
    ).exists()


def _end(thread_id: uuid.UUID, user_id: uuid.UUID, actor: Actor | None) -> None:
    thread = Thread.objects.select_for_update().get(id=thread_id)
    if not _open_seats([user_id]).filter(thread=thread).update(removed_at=timezone.now()):
        return
    thread.key_due = True
    thread.save(update_fields=["key_due"])
    ledger.record(
        action="threads.put_out",
        actor=actor,
        subject_type="thread",
        subject_id=thread.id,
        details={"removed": [str(user_id)]},
    )
    events.tell_revoked(thread, [user_id])
    events.tell_epoch(thread)


def _open_seats(users: Collection[uuid.UUID]) -> QuerySet[Member]:
    return Member.objects.filter(member_id__in=users, removed_at=None)
