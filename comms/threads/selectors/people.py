"""Public keys of everyone who is or was in a thread, so that old messages stay verifiable."""

from __future__ import annotations

import uuid

from comms.accounts import selectors as accounts
from comms.accounts.selectors import KeysOfMember
from comms.core.actors import Actor
from comms.threads.models import Member
from comms.threads.selectors.threads import get_thread


def list_people(actor: Actor, thread_id: uuid.UUID) -> list[KeysOfMember]:
    """Members of the thread, present and former, with their identity chains. Raises NotFoundError."""
    seat = get_thread(actor, thread_id)
    ids = Member.objects.filter(thread=seat.thread).values_list("member_id", flat=True)
    return accounts.list_chains(list(ids))
