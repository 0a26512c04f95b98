"""Public keys of everyone who is or was in a thread, so that old messages stay verifiable."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from comms.accounts import selectors as accounts
from comms.accounts.selectors import KeysOfMember
from comms.core.actors import Actor
from comms.threads.models import Member
from comms.threads.selectors.keys import guest_chains
from comms.threads.selectors.threads import get_keyed_thread


def list_people(actor: Actor, thread_id: uuid.UUID) -> list[KeysOfMember]:
    """Members of the thread, present and former, with their identity chains; guests without a name.

    Raises NotFoundError.
    """
    seat = get_keyed_thread(actor, thread_id)
    ids = list(Member.objects.filter(thread=seat.thread).values_list("member_id", flat=True))
    return [*accounts.list_chains(ids), *guest_chains(seat.thread.id, ids)]


@dataclass(frozen=True, slots=True)
class MemberOfThread:
    """Somebody's place in a thread, with the name that the workspace knows."""

    member: Member
    name: str


def list_members(actor: Actor, thread_id: uuid.UUID) -> list[MemberOfThread]:
    """Everyone who is in the thread now, by name, at most 500. A guest has no name here.

    Raises NotFoundError.
    """
    seat = get_keyed_thread(actor, thread_id)
    rows = list(
        Member.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
            thread=seat.thread,
            removed_at=None,
        )[:500]
    )
    names = accounts.names_of([row.member_id for row in rows])
    found = [MemberOfThread(row, names.get(row.member_id, "")) for row in rows]
    return sorted(found, key=lambda one: (one.name, one.member.member_id))
