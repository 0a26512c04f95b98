"""Pages of envelopes, checked: the transcript hash adds up, every envelope is signed by a member of its
epoch and stands where that epoch allows it, nothing comes twice, and what people have seen agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from comms.client.epochs import Epochs, OpenEpoch
from comms.client.errors import Trouble
from comms.client.people import People
from comms.client.remote import Page
from comms.client.rotation import now
from comms.wire.bodies import Body, ReceiptBody, TypingBody
from comms.wire.envelopes import Class, Envelope, open_envelope, read_envelope, verify_envelope
from comms.wire.errors import WireError
from comms.wire.hashing import ZEROS
from comms.wire.roster import Role, find
from comms.wire.transcript import Head

Missing = Literal["earlier", "newer", "destroyed", "broken"]


@dataclass(frozen=True)
class Message:
    """One place of the transcript. `at` in milliseconds by the sender's clock; `missing` says why there
    is no body: its key is from before joining, a newer build made it, it was destroyed, or its sender has
    signed something that doesn't open."""

    seq: int
    hash: bytes
    sender: UUID | None
    at: int
    key: tuple[bytes, int]
    role: Role | None
    body: Body | None
    missing: Missing | None


@dataclass(frozen=True)
class Passed:
    """A note that is no part of the transcript."""

    sender: UUID
    body: ReceiptBody | TypingBody


_REMEMBERED: Final = 2_000


class Timeline:
    """The checked part of one thread's transcript."""

    def __init__(self, thread: UUID, epochs: Epochs, people: People) -> None:
        self._thread = thread
        self._epochs = epochs
        self._people = people
        self._heads: dict[int, bytes] = {0: ZEROS}
        # With whose they are: what others call theirs is no matter.
        self._keys: dict[tuple[UUID, bytes, int], Message] = {}
        self._passed: set[tuple[UUID, bytes, int]] = set()
        self._first: Head | None = None
        self._last = Head()

    @property
    def head(self) -> Head:
        """Where the checked part ends."""
        return self._last

    @property
    def start(self) -> Head:
        """Where it begins."""
        return self._first or self._last

    def use_epochs(self, epochs: Epochs, people: People) -> None:
        """Newer epochs, with the keys of everybody in them."""
        self._epochs, self._people = epochs, people
        self._agree_with_epochs()

    def append(self, page: Page) -> list[Message]:
        """Appends a page that follows what is here; the first page may start anywhere. Raises Trouble."""
        if self._first is None:
            self._first = self._last = page.start
            self._note(page.start)
            self._agree_with_epochs()
        if page.items and page.start != self._last:
            raise Trouble("fork", "a page that does not follow the last one")
        messages, head = self._check(page.items, self._last)
        self._last = head
        if page.head.seq == head.seq and page.head.t != head.t:
            raise Trouble("fork", "the server's head is another one")
        return messages

    def prepend(self, page: Page) -> list[Message]:
        """Puts an earlier page before what is here. Raises Trouble if the two don't meet."""
        messages, head = self._check(page.items, page.start)
        if head != self._first:
            raise Trouble("fork", "an earlier page that does not meet the later one")
        self._note(page.start)
        self._first = page.start
        return messages

    def agree(self, seen: Head, whose: str) -> None:
        """Holds a head that somebody has seen against what is here. Raises Trouble("fork")."""
        here = self._heads.get(seen.seq)
        if here is not None and here != seen.t:
            raise Trouble("fork", f"{whose} disagrees at {seen.seq}")

    def find(self, sender: UUID, client: bytes, counter: int) -> Message | None:
        """What stands here under this client and counter of theirs."""
        return self._keys.get((sender, client, counter))

    def take_passing(self, raw: bytes) -> Passed | None:
        """A receipt or a note of writing. One that does not fit or was here before is dropped; a fork that a
        receipt shows is trouble."""
        try:
            envelope = read_envelope(raw)
            header = envelope.header
            key = (header.sender, header.client, header.counter)
            epoch = self._epochs.find(header.epoch)
            still = find(self._epochs.newest.record.tbs.roster, header.sender)
            if header.thread != self._thread or header.klass is not Class.EPHEMERAL:
                return None
            if key in self._passed or epoch is None or epoch.key is None or still is None:
                return None
            row = find(epoch.record.tbs.roster, header.sender)
            keys = self._people.keys(header.sender, row.fingerprint) if row else None
            if keys is None or still.expired(now()):
                return None
            verify_envelope(envelope, keys)
            body = open_envelope(envelope, epoch.key)
        except WireError:
            return None
        if len(self._passed) >= _REMEMBERED:
            self._passed.clear()
        self._passed.add(key)
        if isinstance(body, TypingBody):
            return Passed(header.sender, body) if still.may_post(now()) else None
        if not isinstance(body, ReceiptBody):
            return None
        self.agree(body.read, "what a member has read")
        return Passed(header.sender, body)

    def _agree_with_epochs(self) -> None:
        for one in self._epochs.all:
            self.agree(one.record.tbs.start, "an epoch's start")

    def _note(self, head: Head) -> None:
        self.agree(head, "the transcript")
        self._heads[head.seq] = head.t

    def _check(
        self, items: Sequence[tuple[bytes, bytes]], start: Head
    ) -> tuple[list[Message], Head]:
        head = start
        messages: list[Message] = []
        for digest, raw in items:
            head = head.after(digest)
            self._note(head)
            messages.append(self._read(digest, raw, head.seq))
        self._agree_with_epochs()
        return messages, head

    def _read(self, digest: bytes, raw: bytes, seq: int) -> Message:
        if not raw:
            return Message(seq, digest, None, 0, (digest, 0), None, None, "destroyed")
        try:
            envelope = read_envelope(raw)
            if envelope.hash != digest:
                raise WireError("chain", "another hash than listed")
            epoch, role = self._check_place(envelope, seq)
            header = envelope.header
            key = (header.client, header.counter)
            if (header.sender, *key) in self._keys:
                raise Trouble("replay", f"message {seq} was there before")
            body, missing = _open(envelope, epoch)
        except WireError as error:
            raise Trouble("forged-message", f"message {seq}: {error}") from error
        found = Message(seq, digest, header.sender, header.written_at, key, role, body, missing)
        self._keys[header.sender, *key] = found
        return found

    def _check_place(self, envelope: Envelope, seq: int) -> tuple[OpenEpoch, Role]:
        header = envelope.header
        if header.thread != self._thread:
            raise WireError("chain", "of another thread")
        if header.klass is Class.EPHEMERAL:
            raise WireError("chain", "not meant to stay")
        epoch = self._epochs.find(header.epoch)
        if epoch is None or not self._epochs.covers(epoch, seq):
            raise WireError("chain", "in the wrong epoch")
        row = find(epoch.record.tbs.roster, header.sender)
        if row is None or not row.may_post(header.written_at):
            raise WireError("chain", "by somebody who may not write")
        keys = self._people.keys(header.sender, row.fingerprint)
        if keys is None:
            raise WireError("signature", "by unknown keys")
        verify_envelope(envelope, keys)
        if header.seen is not None:
            # Somebody has left something out, or put it elsewhere.
            if header.seen.seq >= seq:
                raise Trouble("fork", f"the sender of {seq} has seen more")
            self.agree(header.seen, f"what the sender of {seq} has seen")
        return epoch, row.role


def _open(envelope: Envelope, epoch: OpenEpoch) -> tuple[Body | None, Missing | None]:
    if epoch.key is None:
        return None, "earlier"
    try:
        return open_envelope(envelope, epoch.key), None
    except WireError as error:
        # The signature holds, so nobody but the sender can have sealed it so. Had it stopped the conversation,
        # one message of one guest would silence everybody in it for good.
        return None, "newer" if error.code == "unsupported" else "broken"
