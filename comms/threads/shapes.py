"""The forms in which sealed things are listed, in CBOR: the same for our pages and for programs.

docs/api/sockets.md and docs/api/threads.md describe them. Records, wraps and envelopes stand in them verbatim.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from comms.accounts.selectors import KeysOfMember
from comms.core.errors import InvalidError
from comms.threads import selectors
from comms.threads.models import Guest, Thread
from comms.wire.cbor import Value


def index(rows: Sequence[selectors.ThreadOfMember]) -> Value:
    """[[id, record, wrap, seq, T, read up to, activity in ms], …], the next page's cursor or ""."""
    full = len(rows) == selectors.THREADS_AT_ONCE
    last = rows[-1].thread if rows else None
    following = f"{last.activity_at.isoformat()}_{last.id}" if full and last else ""
    return [
        [
            [
                row.thread.id.bytes,
                row.record,
                row.wrap,
                row.thread.seq,
                bytes(row.thread.t),
                row.member.read_up_to,
                int(row.thread.activity_at.timestamp() * 1000),
            ]
            for row in rows
        ],
        following,
    ]


def index_cursor(given: str | None) -> tuple[datetime.datetime, uuid.UUID] | None:
    """Where the next page of the index begins. Raises InvalidError for a cursor that is not ours."""
    if not given:
        return None
    moment, _underscore, thread = given.partition("_")
    try:
        at = datetime.datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError
        return at, uuid.UUID(thread)
    except ValueError:
        raise InvalidError(_("There is no such page."), field="cursor") from None


def state(thread: Thread) -> Value:
    """[thread, epoch number, seq, T]."""
    return [thread.id.bytes, thread.epoch_number, thread.seq, bytes(thread.t)]


def epochs(rows: Iterable[selectors.EpochOfMember]) -> Value:
    """[[record, own wrap or empty, fingerprint of a history wrap or empty], …]."""
    return [[one.record, one.wrap, one.history_fingerprint] for one in rows]


def envelopes(page: selectors.EnvelopePage) -> Value:
    """[[seq, T] before the first, [[hash, envelope or empty], …], [seq, T] of the thread, read up to]."""
    items: list[Value] = [[digest, content] for digest, content in page.items]
    start: Value = [page.start.seq, page.start.t]
    head: Value = [page.head.seq, page.head.t]
    return [start, items, head, page.read_up_to]


def people(rows: Iterable[KeysOfMember]) -> Value:
    """[[user, name, [identity entry, …]], …]."""
    return [[one.user_id.bytes, one.name, list(one.entries)] for one in rows]


def draft(one: selectors.DraftOfMember) -> Value:
    """[thread, number, fingerprint, box]."""
    return [one.thread_id.bytes, one.number, one.fingerprint, one.box]


def blob(status: selectors.BlobStatus) -> Value:
    """[size, [number of each chunk that is here, …], 1 if all are else 0]."""
    return [status.size, list(status.present), int(status.is_complete)]


def guests(rows: Iterable[Guest]) -> Value:
    """[[guest, end, 1 with a code else 0, opened or 0, ended or 0, label's epoch, label], …]; times in ms."""
    return [
        [
            guest.id.bytes,
            _millis(guest.expires_at),
            int(guest.with_code),
            _millis(guest.opened_at),
            _millis(guest.ended_at),
            guest.label_epoch,
            bytes(guest.label_box),
        ]
        for guest in rows
    ]


def _millis(moment: datetime.datetime | None) -> int:
    return round(moment.timestamp() * 1000) if moment else 0
