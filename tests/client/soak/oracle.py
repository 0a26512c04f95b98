"""Who was entitled to what, by a book of its own; the server's rows, straight from the database; every key tried.

The book is kept from what the steps meant to do and whether they said that they did it. It asks no client. What it
takes from the server's rows is order only: at which place of a transcript a change of people came to be.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from comms.accounts.models import Workspace
from comms.client.timeline import Message
from comms.core.tenancy import in_workspace
from comms.threads.models import Envelope, Epoch, Thread, Wrap
from comms.wire.bodies import (
    encode_body,
)
from comms.wire.envelopes import Envelope as Sealed
from comms.wire.envelopes import open_envelope, read_envelope
from comms.wire.epochs import EpochRecord, checked_key, read_record, wrap_info
from comms.wire.errors import WireError
from comms.wire.hpke import unwrap
from comms.wire.labels import WRAP_EPOCH_KEY, WRAP_HISTORY
from tests.client.soak.book import Book, Meant, Row, SoakError, Stint, entitled
from tests.client.soak.held import Held
from tests.client.soak.shown import expected


class Oracle:
    """`names` are for the sentences of failures."""

    def __init__(self, workspace: Workspace, name: Callable[[UUID], str]) -> None:
        self.workspace = workspace
        self.name = name
        self.books: dict[UUID, Book] = {}
        self.held: dict[UUID, Held] = {}
        self.lost: list[tuple[str, UUID, Held, dict[UUID, int]]] = []
        """Lost browsers: what they held, and up to which place of each thread they may know more."""
        self.opened: dict[tuple[UUID, int], set[bytes]] = {}
        self._tried: dict[tuple[UUID, int], set[bytes]] = {}
        self._wraps: dict[tuple[bytes, bytes], bytes | None] = {}
        self.tries = 0
        self.unwraps = 0

    # The book.

    def settle(self, book: Book, meant: Meant) -> None:
        """Writes down what a step has changed; a change that nobody meant is a failure."""
        with in_workspace(self.workspace.id):
            fresh = list(
                Epoch.objects.filter(thread_id=book.thread, number__gt=len(book.epochs)).order_by(
                    "number"
                )
            )
            seq = Thread.objects.get(id=book.thread).seq
        for epoch in fresh:
            record = read_record(bytes(epoch.record))
            book.epochs[epoch.number] = record
            self._follow(book, record, meant)
        for who in meant.left | (meant.removed & meant.surely):
            if who in book.people:
                # It was said to be done: from this place on nothing is theirs, whatever the records say.
                self._end(book, who, seq)
                book.gone[who] = seq
        missing = [who for who in meant.added if who in meant.surely and who not in book.people]
        if missing:
            raise SoakError(f"{self._names(missing)} should be in {book.thread} and is not")
        for who, role in meant.roles.items():
            if who in meant.surely and book.people.get(who) is not role:
                raise SoakError(f"{self.name(who)} should be {role.name} in {book.thread}")

    def _follow(self, book: Book, record: EpochRecord, meant: Meant) -> None:
        start = record.tbs.start.seq
        now = {row.member: row.role for row in record.tbs.roster}
        for who in [one for one in book.gone if one not in now]:
            del book.gone[who]
        for who in [one for one in book.people if one not in now]:
            if who not in meant.removed | meant.left:
                raise SoakError(f"{self.name(who)} is out of {book.thread}, and nobody meant that")
            self._end(book, who, start)
        for who, role in now.items():
            if who in book.gone:
                continue
            if who not in book.people:
                if role is not meant.added.get(who):
                    raise SoakError(f"{self.name(who)} is in {book.thread} as {role.name}")
                book.stints.setdefault(who, []).append(Stint(start))
            elif role is not book.people[who] and role is not meant.roles.get(who):
                raise SoakError(f"{self.name(who)} is {role.name} in {book.thread}")
            book.people[who] = role

    def _end(self, book: Book, who: UUID, seq: int) -> None:
        book.people.pop(who, None)
        stint = book.stints[who][-1]
        if stint.until is None:
            stint.until = seq

    def head(self, thread: UUID) -> int:
        with in_workspace(self.workspace.id):
            return Thread.objects.get(id=thread).seq

    def give_history(self, book: Book, who: UUID, by: UUID) -> None:
        """`by` has shown everything that they can read."""
        stint = book.stints[who][-1]
        stint.after = min(stint.after, book.reads_from(by))

    # The truth: what lies in the database.

    def read_rows(self, book: Book, keys: Mapping[bytes, bytes]) -> None:
        """Reads on. Every row was posted once, by whoever it says, and with these words."""
        with in_workspace(self.workspace.id):
            found = list(
                Envelope.objects.filter(thread_id=book.thread, seq__gt=len(book.rows)).order_by(
                    "seq"
                )
            )
        for row in found:
            if row.seq != len(book.rows) + 1:
                raise SoakError(f"a gap before {row.seq} in {book.thread}")
            sealed = read_envelope(bytes(row.content or b""))
            number, record = self._epoch_of(book, sealed)
            following = book.epochs.get(number + 1)
            if row.seq <= record.tbs.start.seq or (
                following is not None and row.seq > following.tbs.start.seq
            ):
                raise SoakError(f"{row.seq} of {book.thread} lies outside of its epoch")
            key = keys.get(record.hash)
            if key is None:
                raise SoakError(f"nobody has the key of epoch {number} of {book.thread}")
            roles = {one.member: one.role for one in record.tbs.roster}
            role = roles.get(sealed.header.sender)
            body = open_envelope(sealed, key)
            book.rows.append(Row(row.seq, sealed, sealed.header.sender, body, role))
        self._compare_attempts(book)

    def _epoch_of(self, book: Book, sealed: Sealed) -> tuple[int, EpochRecord]:
        for number, record in book.epochs.items():
            if record.hash == sealed.header.epoch:
                return number, record
        raise SoakError(f"an envelope of no epoch in {book.thread}")

    def _compare_attempts(self, book: Book) -> None:
        there = Counter((row.sender, encode_body(row.body)) for row in book.rows)
        sure, possible = Counter[tuple[UUID, bytes]](), Counter[tuple[UUID, bytes]]()
        for one in book.attempts:
            what = (one.sender, encode_body(one.body))
            possible[what] += one.state != "failed"
            sure[what] += one.state == "ok"
        if sure - there:
            raise SoakError(f"{len(sure - there)} that were sent are not in {book.thread}")
        if there - possible:
            raise SoakError(f"{len(there - possible)} are twice, or nobody's, in {book.thread}")

    # Who is entitled reads everything, exactly, once, and in the same order.

    def check_reader(
        self,
        book: Book,
        who: UUID,
        places: Mapping[int, Message],
        shown: Collection[tuple[object, ...]],
    ) -> None:
        """`places` is what a page of theirs has read, `shown` the items that it shows."""
        mine = [row for row in book.rows if row.seq > book.reads_from(who)]
        for row in mine:
            message = places.get(row.seq)
            if message is None:
                raise SoakError(f"{self.name(who)} lacks {row.seq} of {book.thread}")
            if message.body is None:
                raise SoakError(f"{self.name(who)} can't read {row.seq} of {book.thread}")
            same = (message.sender, message.hash) == (row.sender, row.sealed.hash)
            if not same or encode_body(message.body) != encode_body(row.body):
                raise SoakError(f"{self.name(who)} reads something else at {row.seq}")
        beyond = [seq for seq, one in places.items() if seq <= book.reads_from(who) and one.body]
        for seq in beyond:
            if not book.readable(who, seq):
                raise SoakError(f"{self.name(who)} reads {seq}, from before they joined")
        if list(shown) != expected(
            [row for row in book.rows if row.seq in places and places[row.seq].body]
        ):
            raise SoakError(f"{self.name(who)} is shown something else in {book.thread}")

    # Who is not entitled reads nothing, with every key that they ever had.

    def check_outsiders(self) -> None:
        """Tries every key that anybody ever held, and every seed on every wrap, on everything not theirs."""
        self._unwrap_all()
        principals: list[tuple[str, UUID, Held, dict[UUID, int] | None]] = [
            (self.name(who), who, held, None) for who, held in self.held.items()
        ]
        principals += [(name, who, held, ends) for name, who, held, ends in self.lost]
        for name, who, held, ends in principals:
            for book in self.books.values():
                for row in book.rows:
                    if entitled(book, who, row.seq, ends):
                        continue
                    if self._opens(book, row, held):
                        raise SoakError(
                            f"{name} can read {row.seq} of {book.thread}, which is not theirs"
                        )

    def _opens(self, book: Book, row: Row, held: Held) -> bool:
        place = (book.thread, row.seq)
        tried = self._tried.setdefault(place, set())
        opened = self.opened.setdefault(place, set())
        for key in held.keys.values():
            if key in tried:
                continue
            tried.add(key)
            self.tries += 1
            try:
                open_envelope(row.sealed, key)
            except WireError:
                continue
            opened.add(key)
        return any(key in opened for key in held.keys.values())

    def _unwrap_all(self) -> None:
        """With the whole database in hand: every wrap of an epoch that somebody has no key of."""
        with in_workspace(self.workspace.id):
            wraps = [
                (
                    bytes(wrap.content),
                    wrap.epoch.thread_id,
                    wrap.epoch.number,
                    bytes(wrap.fingerprint),
                )
                for wrap in Wrap.objects.select_related("epoch").iterator()
            ]
        everybody = [*self.held.values(), *(held for _n, _w, held, _e in self.lost)]
        for held in everybody:
            for content, thread, number, fingerprint in wraps:
                book = self.books.get(thread)
                record = book.epochs.get(number) if book else None
                if record is None or record.hash in held.keys:
                    continue
                for own, seed in held.seeds.items():
                    key = self._unwrapped(record, content, fingerprint, own, seed)
                    if key is not None:
                        held.keys[record.hash] = key

    def _unwrapped(
        self, record: EpochRecord, content: bytes, named: bytes, own: bytes, seed: bytes
    ) -> bytes | None:
        place = (own, content)
        if place not in self._wraps:
            self._wraps[place] = None
            label = WRAP_HISTORY if named else WRAP_EPOCH_KEY
            tbs = record.tbs
            info = wrap_info(label, tbs.thread, tbs.number, tbs.previous, own)
            self.unwraps += 1
            with contextlib.suppress(WireError):
                self._wraps[place] = checked_key(record, unwrap(seed, info, content))
        return self._wraps[place]

    def _names(self, people: Iterable[UUID]) -> str:
        return ", ".join(self.name(one) for one in people)
