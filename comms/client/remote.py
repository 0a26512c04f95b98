"""What is asked of a workspace's threads. Every answer is checked for its shape; nothing of it is trusted yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from uuid import UUID

from comms.client import words
from comms.client.errors import ClientError
from comms.client.http import API, OCTETS, Connection
from comms.client.people import Person, read_people
from comms.wire import drafts, envelopes, epochs
from comms.wire.cbor import Value, decode, encode
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, text, uint, uuid
from comms.wire.files import CHUNK_SIZE, TAG_SIZE, chunk_count
from comms.wire.leaving import LIMIT as NOTICE_LIMIT
from comms.wire.leaving import LeaveNotice, read_leave_notice
from comms.wire.transcript import Head

PAGE: Final = 200


@dataclass(frozen=True)
class ListedThread:
    """`activity_at` in milliseconds."""

    id: UUID
    record: bytes
    wrap: bytes
    head: Head
    read_up_to: int
    activity_at: int


@dataclass(frozen=True)
class ListedEpoch:
    """`wrap` is empty without a key; `history` names the keys that open a wrap given for history."""

    record: bytes
    wrap: bytes
    history: bytes = b""


@dataclass(frozen=True)
class Page:
    """Envelopes that follow `start` without a gap; an item is (hash, bytes or empty if destroyed)."""

    start: Head
    items: tuple[tuple[bytes, bytes], ...]
    head: Head
    read_up_to: int


@dataclass(frozen=True)
class ListedGuest:
    """`label` is what the link is called, sealed under the key of epoch `label_epoch`."""

    id: UUID
    label_epoch: int
    label: bytes


@dataclass(frozen=True)
class BlobStatus:
    size: int
    present: frozenset[int]
    is_complete: bool


@dataclass(frozen=True)
class ListedDraft:
    """`fingerprint` names the keys it is sealed under; an empty box is a draft that was cleared."""

    thread: UUID
    number: int
    fingerprint: bytes
    box: bytes


class Remote:
    """The threads of one workspace."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        self.connection = connection
        self.workspace = workspace
        self._workspace = f"{API}workspaces/{quote(workspace, safe='')}/"
        self._threads = f"{self._workspace}threads"

    def identities(self) -> list[Person]:
        """Everyone of the workspace with keys."""
        return read_people(self.connection.cbor("GET", f"{self._workspace}identities"))

    def index(self, cursor: str = "") -> tuple[list[ListedThread], str]:
        query = {"cursor": cursor} if cursor else None
        rows, following = array(
            self.connection.cbor("GET", f"{self._threads}/index", query=query), 2
        )
        return [_thread(row) for row in array(rows, 0, 50)], text(following, 0, 200)

    def need_clock(self) -> None:
        """Raises ClientError when this computer's clock is off: what goes out would carry a wrong time."""
        ahead = self.connection.clock.ahead
        if ahead:
            raise ClientError(words.clock(ahead), code="clock")

    def open(self, upload: bytes) -> None:
        self.need_clock()
        self.connection.send("POST", self._threads, body=upload)

    def epochs(self, thread: UUID, after: int = 0) -> list[ListedEpoch]:
        """All with numbers above `after`."""
        found: list[ListedEpoch] = []
        while True:
            query = {"after": after + len(found)}
            rows = array(
                self.connection.cbor("GET", self._of(thread, "epochs"), query=query), 0, PAGE
            )
            found += [_epoch(row) for row in rows]
            if len(rows) < PAGE:
                return found

    def publish(self, thread: UUID, upload: bytes) -> None:
        self.need_clock()
        self.connection.send("POST", self._of(thread, "epochs"), body=upload)

    def page(self, thread: UUID, *, after: int | None = None, before: int | None = None) -> Page:
        """After a place, before a place, or the newest."""
        query = {name: n for name, n in (("after", after), ("before", before)) if n is not None}
        answer = self.connection.cbor("GET", self._of(thread, "envelopes"), query=query)
        start, items, head, read_up_to = array(answer, 4)
        return Page(
            _head(start),
            tuple(_item(row) for row in array(items, 0, PAGE)),
            _head(head),
            uint(read_up_to),
        )

    def post(self, thread: UUID, envelope: bytes) -> int:
        """Where it stands; the same bytes again give the same answer."""
        self.need_clock()
        data = self.connection.send("POST", self._of(thread, "envelopes"), body=envelope)
        return uint(array(_decoded(data), 2)[0], 1)

    def people(self, thread: UUID) -> list[Person]:
        return read_people(self.connection.cbor("GET", self._of(thread, "people")))

    def guests(self, thread: UUID) -> list[ListedGuest]:
        """Present and former guests."""
        rows = array(self.connection.cbor("GET", self._of(thread, "guests")), 0, 500)
        return [_guest(row) for row in rows]

    def make_guest(self, thread: UUID, making: Sequence[Value]) -> None:
        """[identity entry, end in ms, 1 with a code else 0, epoch of the label, label]."""
        self.need_clock()
        self.connection.cbor("POST", self._of(thread, "guests"), list(making))

    def mute(self, thread: UUID, *, muted: bool) -> None:
        body = encode([int(muted)])
        self.connection.send("PUT", self._of(thread, "mute"), body=body)

    def leaves(self, thread: UUID) -> list[LeaveNotice]:
        rows = array(self.connection.cbor("GET", self._of(thread, "leaves")), 0, 500)
        return [read_leave_notice(octets(row, 1, NOTICE_LIMIT)) for row in rows]

    def put_out(self, thread: UUID) -> list[UUID]:
        """Who is no member of the workspace any more, but still in the newest epoch: the server's word only."""
        rows = array(self.connection.cbor("GET", self._of(thread, "put-out")), 0, 500)
        return [uuid(row) for row in rows]

    def leave(self, thread: UUID, notice: bytes) -> None:
        self.connection.send("POST", self._of(thread, "leaves"), body=notice)

    def grant_history(self, thread: UUID, grant: bytes) -> None:
        self.connection.send("POST", self._of(thread, "history"), body=grant)

    def mark_read(self, thread: UUID, seq: int) -> None:
        self.connection.cbor("POST", self._of(thread, "read"), [seq])

    def receipts(self, thread: UUID) -> list[bytes]:
        rows = array(self.connection.cbor("GET", self._of(thread, "receipts")), 0, 500)
        return [octets(row, 1, envelopes.LIMIT) for row in rows]

    def post_receipt(self, thread: UUID, envelope: bytes) -> None:
        self.connection.send("POST", self._of(thread, "receipts"), body=envelope)

    def pass_on(self, thread: UUID, envelope: bytes) -> None:
        """To whoever has the conversation open now; kept nowhere."""
        self.connection.send("POST", self._of(thread, "ephemeral"), body=envelope)

    def drafts(self) -> list[ListedDraft]:
        """The person's own that are not empty."""
        rows = self.connection.cbor("GET", f"{self._threads}/drafts")
        return [_draft(row) for row in array(rows, 0, PAGE)]

    def draft(self, thread: UUID) -> ListedDraft | None:
        """The newest in this thread, also an empty one. Raises WireError for that of another thread."""
        row = array(self.connection.cbor("GET", self._of(thread, "draft")), 0, 4)
        found = _draft(list(row)) if row else None
        if found is not None and found.thread != thread:
            raise WireError("chain", "a draft of another thread")
        return found

    def save_draft(self, thread: UUID, number: int, fingerprint: bytes, box: bytes) -> None:
        """Raises ServerError("overtaken") unless `number` is the next one."""
        body = encode([number, fingerprint, box])
        self.connection.send("PUT", self._of(thread, "draft"), body=body)

    def begin_blob(self, thread: UUID, blob: UUID, size: int) -> BlobStatus:
        return _status(self.connection.cbor("POST", self._of(thread, "blobs"), [blob.bytes, size]))

    def blob(self, thread: UUID, blob: UUID) -> BlobStatus:
        return _status(self.connection.cbor("GET", self._of(thread, f"blobs/{blob}")))

    def remove_blob(self, thread: UUID, blob: UUID) -> None:
        self.connection.send("DELETE", self._of(thread, f"blobs/{blob}"))

    def put_chunk(self, thread: UUID, blob: UUID, index: int, sealed: bytes) -> None:
        address = self._of(thread, f"blobs/{blob}/{index}")
        self.connection.send("PUT", address, body=sealed, kind=OCTETS)

    def chunk(self, thread: UUID, blob: UUID, index: int) -> bytes:
        address = self._of(thread, f"blobs/{blob}/{index}")
        return self.connection.send("GET", address, limit=CHUNK_SIZE + TAG_SIZE)

    def _of(self, thread: UUID, what: str) -> str:
        return f"{self._threads}/{thread}/{what}"


def _decoded(data: bytes) -> Value:
    return decode(data, limit=1024)


def _head(value: Value) -> Head:
    seq, t = array(value, 2)
    return Head(uint(seq), octets(t, 32))


def _thread(row: Value) -> ListedThread:
    thread, record, wrap, seq, t, read_up_to, activity = array(row, 7)
    return ListedThread(
        uuid(thread),
        octets(record, 1, epochs.LIMIT),
        octets(wrap, 0, 2048),
        Head(uint(seq), octets(t, 32)),
        uint(read_up_to),
        uint(activity),
    )


def _guest(row: Value) -> ListedGuest:
    guest, _end, _code, _opened, _ended, number, label = array(row, 7)
    return ListedGuest(uuid(guest), uint(number), octets(label, 0, 2048))


def _epoch(row: Value) -> ListedEpoch:
    record, wrap, history = array(row, 3)
    return ListedEpoch(
        octets(record, 1, epochs.LIMIT), octets(wrap, 0, 2048), octets(history, 0, 32)
    )


def _draft(row: Value) -> ListedDraft:
    thread, number, fingerprint, box = array(row, 4)
    return ListedDraft(
        uuid(thread), uint(number, 1), octets(fingerprint, 32), octets(box, 0, drafts.LIMIT * 2)
    )


def _item(row: Value) -> tuple[bytes, bytes]:
    digest, raw = array(row, 2)
    return octets(digest, 32), octets(raw, 0, envelopes.LIMIT)


def _status(value: Value) -> BlobStatus:
    size, present, whole = array(value, 3)
    total = uint(size)
    chunks = frozenset(uint(one, 0, chunk_count(total) - 1) for one in array(present, 0, 1000))
    return BlobStatus(total, chunks, uint(whole, 0, 1) == 1)
