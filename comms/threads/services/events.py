"""What open browsers hear of a thread, on commit. Envelopes are ciphertext and travel whole."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from comms.core.realtime import broadcast
from comms.threads import messages
from comms.threads.models import Envelope, Thread
from comms.threads.selectors import member_group, thread_group

EVENT_ENVELOPES: Final = 16
"""In one event, which is 1 MiB then at most."""


def tell_envelopes(rows: Sequence[Envelope]) -> None:
    """New envelopes of one thread in their order, to everyone who has it open.

    They travel as the socket says them, so that no listener has to put them together again.
    """
    for first in range(0, len(rows), EVENT_ENVELOPES):
        part = rows[first : first + EVENT_ENVELOPES]
        last = part[-1]
        broadcast(
            thread_group(last.thread_id),
            {
                "type": "thread.envelopes",
                "thread": last.thread_id.bytes,
                "seq": last.seq,
                "t": bytes(last.t),
                "told": [messages.envelope(row) for row in part],
            },
        )


def tell_epoch(thread: Thread) -> None:
    """A new epoch, which browsers fetch with their own wrap; or, with the number they know, that one is due."""
    event = {
        "type": "thread.epoch",
        "thread": thread.id.bytes,
        "number": thread.epoch_number,
        "due": thread.key_due,
    }
    broadcast(thread_group(thread.id), event)


def tell_added(thread: Thread, member_ids: Iterable[uuid.UUID]) -> None:
    """Somebody is in the thread now: their sockets begin to listen to it."""
    for member_id in member_ids:
        event = {"type": "thread.added", "thread": thread.id.bytes}
        broadcast(member_group(thread.workspace_id, member_id), event)


def tell_revoked(thread: Thread, member_ids: Iterable[uuid.UUID]) -> None:
    """Somebody is out: their sockets stop listening and their browsers close the thread."""
    for member_id in member_ids:
        event = {"type": "thread.revoked", "thread": thread.id.bytes}
        broadcast(member_group(thread.workspace_id, member_id), event)


def tell_read(thread: Thread, member_id: uuid.UUID, seq: int) -> None:
    """How far the member has read, to their other tabs and browsers and to nobody else."""
    event = {"type": "thread.read", "thread": thread.id.bytes, "seq": seq}
    broadcast(member_group(thread.workspace_id, member_id), event)


def tell_ephemeral(thread_id: uuid.UUID, raw: bytes) -> None:
    """A typing note or a receipt, to everyone who has the thread open."""
    event = {"type": "thread.ephemeral", "thread": thread_id.bytes, "content": raw}
    broadcast(thread_group(thread_id), event)


def tell_draft(thread: Thread, member_id: uuid.UUID, number: int) -> None:
    """A newer draft, to the member's other tabs and browsers and to nobody else."""
    event = {"type": "thread.draft", "thread": thread.id.bytes, "number": number}
    broadcast(member_group(thread.workspace_id, member_id), event)
