"""Pages of a thread's envelopes, each with the transcript hash that it starts from."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from comms.core.actors import Actor
from comms.threads.models import Envelope
from comms.threads.selectors.threads import get_thread
from comms.wire.transcript import Head

PAGE = 200


@dataclass(frozen=True, slots=True)
class EnvelopePage:
    """Envelopes that follow `start` without a gap. An item is (envelope hash, bytes or empty if destroyed)."""

    start: Head
    items: list[tuple[bytes, bytes]]
    head: Head
    read_up_to: int


def list_envelopes(
    actor: Actor, thread_id: uuid.UUID, *, after: int | None = None, before: int | None = None
) -> EnvelopePage:
    """Up to 200 envelopes: those that follow `after`, or the last ones below `before`, or the last of all.

    Nothing from before the actor joined. Raises NotFoundError.
    """
    seat = get_thread(actor, thread_id)
    rows = Envelope.objects.filter(thread=seat.thread, seq__gt=seat.member.since_seq)
    if after is not None:
        page = list(rows.filter(seq__gt=after).order_by("seq")[:PAGE])
    else:
        earlier = rows if before is None else rows.filter(seq__lt=before)
        page = list(earlier.order_by("-seq")[:PAGE])[::-1]
    head = Head(seat.thread.seq, bytes(seat.thread.t))
    return EnvelopePage(
        start=_head_before(seat.thread.id, page[0].seq) if page else head,
        items=[(bytes(row.envelope_hash), bytes(row.content or b"")) for row in page],
        head=head,
        read_up_to=seat.member.read_up_to,
    )


def _head_before(thread_id: uuid.UUID, seq: int) -> Head:
    if seq == 1:
        return Head()
    t = Envelope.objects.values_list("t", flat=True).get(thread_id=thread_id, seq=seq - 1)
    return Head(seq - 1, bytes(t))
