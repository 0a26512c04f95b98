"""One conversation: loads and checks it, reads on. After trouble nothing of it goes on."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from comms.client.account import Keys
from comms.client.epochs import Epochs, check_epochs, key_of
from comms.client.errors import Trouble, alarming
from comms.client.log import KeyLog
from comms.client.outbox import Outbox
from comms.client.people import People
from comms.client.remote import Page, Remote
from comms.client.roll import Roll, labels, load_people
from comms.client.rotation import Rotation, now
from comms.client.saying import Saying
from comms.client.talk import Item, Talk
from comms.client.timeline import Message, Passed, Timeline
from comms.wire.bodies import Body, ReceiptBody
from comms.wire.envelopes import read_envelope
from comms.wire.roster import RosterRow
from comms.wire.transcript import Head
from comms.wire.vault import ThreadHead


class Conversation:
    """`load` first. Raises Trouble where something is as no honest server would show it."""

    def __init__(
        self, remote: Remote, keys: Keys, log: KeyLog, thread: UUID, outbox: Outbox | None = None
    ) -> None:
        self.remote = remote
        self.keys = keys
        self.log = log
        self.thread = thread
        self.talk = Talk()
        self.read: dict[UUID, Head] = {}
        self.read_up_to = 0
        self.people: People
        self.epochs: Epochs
        self.timeline: Timeline
        self.guests: set[UUID] = set()
        self._roll = Roll(())
        self._labels: dict[UUID, str] = {}
        self._rotation = Rotation(remote, keys, log, self)
        self.saying = Saying(self, outbox)

    @property
    def title(self) -> str:
        return self.epochs.about().title

    @property
    def roster(self) -> tuple[RosterRow, ...]:
        return self.epochs.newest.record.tbs.roster

    @property
    def head(self) -> Head:
        return self.timeline.head

    @property
    def rotation(self) -> Rotation:
        return self._rotation

    @property
    def has_earlier(self) -> bool:
        """Whether there is something before what is loaded that this person has a key for."""
        oldest = next((one for one in self.epochs.all if one.key is not None), None)
        begins = oldest.record.tbs.start.seq if oldest else 0
        return self.timeline.start.seq > begins

    def name(self, user: UUID | None) -> str:
        """A person's name; a guest's is the one that they gave, before that what their link is called."""
        if user is None:
            return ""
        names = (self.talk.introduced(), self._labels)
        given = next((one[user] for one in names if user in one), "")
        return given or self.people.name(user) or str(user)

    def load(self) -> None:
        """The newest page, checked with everything that it stands on."""
        with alarming("fork"):
            page = self.remote.page(self.thread)
        self._load_epochs()
        self.timeline = Timeline(self.thread, self.epochs, self.people)
        self._check_not_behind(page, 0)
        self.talk.add(self.timeline.append(page))
        self._agree_with_vault()
        self.read_up_to = page.read_up_to
        self.take_receipts(self.remote.receipts(self.thread))
        self._remember()

    def reopen(self) -> None:
        """Loads it anew: keys of earlier messages were given to this person since."""
        self.talk = type(self.talk)()
        self.read = {}
        self.load()

    def load_earlier(self) -> None:
        """The page before what is loaded."""
        with alarming("fork"):
            page = self.remote.page(self.thread, before=self.timeline.start.seq + 1)
        self.talk.add(self.timeline.prepend(page))
        for whom, head in self.read.items():
            self.timeline.agree(head, f"what {whom} has read")
        self._agree_with_vault()

    def reach(self, found: Callable[[], bool]) -> bool:
        """Loads earlier pages until `found` is true or nothing earlier can be read; whether it was found."""
        while not found():
            before = self.timeline.start.seq
            if not self.has_earlier:
                return False
            self.load_earlier()
            if self.timeline.start.seq == before:
                return False
        return True

    def item_at(self, seq: int) -> Item | None:
        """What stands at this place, loading earlier pages where it is not here yet."""
        self.reach(lambda: self.timeline.start.seq < seq)
        return next((item for item in self.talk.items if item.message.seq == seq), None)

    def catch_up(self) -> list[Message]:
        """Whatever was missed: newer messages, newer epochs, newer keys of the people here. Raises Trouble."""
        added = self.fetch_newer()
        if not self._load_new_epochs():
            # Somebody's keys may be others by now, and an epoch for those due.
            self._look_at_people()
        return added

    def come_back(self) -> list[Message]:
        """`catch_up` after the connection was gone: keys of earlier messages may have been given meanwhile."""
        added = self.catch_up()
        closed = {one.record.tbs.number: one.record for one in self.epochs.all if one.key is None}
        if closed:
            with alarming("forged-epoch"):
                listed = self.remote.epochs(self.thread)
                given = any(
                    number in closed and key_of(closed[number], one, self.keys) is not None
                    for number, one in enumerate(listed, start=1)
                )
            if given:
                self.reopen()
        return added

    def receive(self, head: Head, raw: bytes) -> list[Message]:
        """An envelope as it happens: taken if it is the next one, else everything missing is fetched."""
        here = self.timeline.head
        if head.seq <= here.seq:
            return []
        if head.seq > here.seq + 1:
            return self.fetch_newer()
        with alarming("forged-message"):
            item = (read_envelope(raw).hash, raw)
        added = self._take(Page(here, (item,), head, self.read_up_to))
        self._remember()
        return added

    def take_receipts(self, raws: list[bytes]) -> None:
        """How far others say they have read, held against what is here. Raises Trouble("fork")."""
        for raw in raws:
            self.take_passing(raw)

    def take_passing(self, raw: bytes) -> Passed | None:
        """A note that passed by: who writes, or has read further than was known. None for one that says nothing new."""
        found = self.timeline.take_passing(raw)
        if found is None or not isinstance(found.body, ReceiptBody):
            return found
        before, head = self.read.get(found.sender), found.body.read
        if before is not None and before.seq >= head.seq:
            return None
        self.read[found.sender] = head
        return found

    def pins(self) -> tuple[bytes, ...]:
        """What is pinned now; loads everything since the newest epoch began."""
        tbs = self.epochs.newest.record.tbs
        self.reach(lambda: self.timeline.start.seq <= tbs.start.seq)
        return tuple(self.talk.pins(tbs.start.seq, self.epochs.about().pins))

    def prepare(self, *, look: bool = True) -> None:
        """Makes sure that this person may write now; as `Saying.prepare`."""
        self.saying.prepare(look=look)

    def send(self, body: Body) -> Message:
        """What stands in the transcript then; as `Saying.send`."""
        return self.saying.send(body)

    def mark_read(self, *, receipt: bool) -> None:
        """Tells the server, and with `receipt` the others, that everything here was read."""
        head = self.timeline.head
        if head.seq <= self.read_up_to:
            return
        self.read_up_to = head.seq
        self.remote.mark_read(self.thread, head.seq)
        if receipt and len(self.roster) > 1:
            self.saying.post_receipt(head)

    def fetch_newer(self) -> list[Message]:
        """The messages after what is here; those of newer epochs too. Raises Trouble."""
        found: list[Message] = []
        while True:
            with alarming("fork"):
                page = self.remote.page(self.thread, after=self.timeline.head.seq)
            self._check_not_behind(page, self.timeline.head.seq)
            found += self._take(page)
            if self.timeline.head.seq >= page.head.seq:
                break
            if not page.items:
                raise Trouble("fork", "the server leaves messages out")
        self._remember()
        return found

    def _take(self, page: Page) -> list[Message]:
        if not self.epochs.know_all_of(raw for _digest, raw in page.items):
            self._load_new_epochs()
        added = self.timeline.append(page)
        for whom, head in self.read.items():
            self.timeline.agree(head, f"what {whom} has read")
        self.talk.add(added)
        return added

    def _load_new_epochs(self) -> bool:
        """Whether there were any."""
        with alarming("forged-epoch"):
            newer = self.remote.epochs(self.thread, self.epochs.newest.record.tbs.number)
        if newer:
            self._load_epochs()
            self.timeline.use_epochs(self.epochs, self.people)
        return bool(newer)

    def _look_at_people(self) -> None:
        """Everybody's newest keys, proven to be in the log, and pinned if they follow. Raises Trouble."""
        self.people = self._load_people(self._roll)
        self.timeline.use_epochs(self.epochs, self.people)
        self.people.trust([row.member for row in self.roster], now())

    def _load_people(self, roll: Roll) -> People:
        with alarming("forged-epoch"):
            return People(self.keys, load_people(self.remote, self.log, self.thread, roll))

    def _load_epochs(self) -> None:
        with alarming("forged-epoch"):
            listed = self.remote.epochs(self.thread)
            roll = Roll(listed)
        self.people = self._load_people(roll)
        known = self.keys.head_of(self.thread)
        self.epochs = check_epochs(self.thread, listed, self.people, self.keys, known)
        self.log.agree([one.record.tbs.checkpoint for one in self.epochs.all])
        self._roll, self.guests = roll, roll.guests
        if roll.guests:
            self._labels = labels(self.thread, self.remote.guests(self.thread), self.epochs)
        self.epochs.about()
        self.people.trust([row.member for row in self.roster], now())

    def _check_not_behind(self, page: Page, here: int) -> None:
        """The server may not show less than this person has seen in any browser."""
        known = self.keys.head_of(self.thread)
        seen = max(known.head.seq if known else 0, here)
        if page.head.seq < seen:
            raise Trouble("rollback", f"{page.head.seq} of {seen} messages")

    def _agree_with_vault(self) -> None:
        known = self.keys.head_of(self.thread)
        if known is not None:
            self.timeline.agree(known.head, "this person's vault")

    def _remember(self) -> None:
        record = self.epochs.newest.record
        self.keys.remember_head(
            ThreadHead(self.thread, record.tbs.number, record.hash, self.timeline.head)
        )
