"""The chain of a thread's epochs, with the wraps that are the member's own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from comms.core.actors import Actor
from comms.threads.models import Epoch, Leave, Member, Wrap
from comms.threads.selectors.threads import get_keyed_thread
from comms.wire import epochs as wire

EPOCHS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class EpochOfMember:
    """A record, and this member's wrap of its key, empty if they have none.

    A wrap for history names the keys that open it; any other's are in the record's roster.
    """

    record: bytes
    wrap: bytes
    history_fingerprint: bytes = b""


def list_epochs(actor: Actor, thread_id: uuid.UUID, *, after: int = 0) -> list[EpochOfMember]:
    """Up to 200 epochs with numbers above `after`, in order. Raises NotFoundError."""
    seat = get_keyed_thread(actor, thread_id)
    epochs = list(
        Epoch.objects.filter(thread=seat.thread, number__gt=after).order_by("number")[
            :EPOCHS_AT_ONCE
        ]
    )
    wraps = {
        wrap.epoch_id: (bytes(wrap.content), bytes(wrap.fingerprint) if wrap.history else b"")
        for wrap in Wrap.objects.filter(epoch__in=epochs, member_id=actor.user_id)
    }
    return [
        EpochOfMember(bytes(epoch.record), *wraps.get(epoch.id, (b"", b""))) for epoch in epochs
    ]


def list_leaves(actor: Actor, thread_id: uuid.UUID) -> list[bytes]:
    """Notices of those who left since the newest epoch, verbatim, at most 500. Raises NotFoundError."""
    seat = get_keyed_thread(actor, thread_id)
    if not seat.thread.key_due:
        return []
    rows = Leave.objects.filter(thread=seat.thread).order_by("id")[:500]
    return [bytes(row.content) for row in rows]


def list_put_out(actor: Actor, thread_id: uuid.UUID) -> list[uuid.UUID]:
    """Whose seat ended without a notice of theirs, and who is still in the newest epoch.

    Raises NotFoundError.
    """
    thread = get_keyed_thread(actor, thread_id).thread
    if not thread.key_due:
        return []
    newest = Epoch.objects.get(thread=thread, number=thread.epoch_number)
    roster = [row.member for row in wire.read_record(bytes(newest.record)).tbs.roster]
    ended = Member.objects.filter(
        thread=thread, member_id__in=roster, removed_at__isnull=False
    ).exclude(member_id__in=Leave.objects.filter(thread=thread).values("member_id"))
    return list(ended.order_by("member_id").values_list("member_id", flat=True))
