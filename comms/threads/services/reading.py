"""How far a member has read: private to them."""

from __future__ import annotations

import uuid

from comms.core.actors import Actor
from comms.core.tenancy import in_workspace
from comms.threads import selectors
from comms.threads.models import Member
from comms.threads.services import events
from comms.threads.services.attending import note_look


def mark_read(*, actor: Actor, thread_id: uuid.UUID, seq: int) -> int:
    """Note that the actor has read up to `seq`; it only moves forward, and not past the end.

    The mark as it is afterwards. Raises NotFoundError.
    """
    with in_workspace(actor.workspace_id):
        seat = selectors.get_thread(actor, thread_id)
        seq = min(seq, seat.thread.seq)
        moved = Member.objects.filter(id=seat.member.id, read_up_to__lt=seq).update(read_up_to=seq)
        # Also by a client without a socket: whoever reads has looked.
        note_look(actor)
        if not moved:
            return seat.member.read_up_to
        events.tell_read(seat.thread, actor.user_id, seq)
    return seq
