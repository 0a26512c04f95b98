"""The chain of a thread's epochs, with the wraps that are the member's own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from comms.core.actors import Actor
from comms.threads.models import Epoch, Leave, Wrap
from comms.threads.selectors.threads import get_thread

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
    seat = get_thread(actor, thread_id)
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
    seat = get_thread(actor, thread_id)
    if not seat.thread.key_due:
        return []
    rows = Leave.objects.filter(thread=seat.thread).order_by("id")[:500]
    return [bytes(row.content) for row in rows]
