"""The run: steps drawn from a seed, one after the other, and the oracle's turn after some of them."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from comms.client.talk import Item
from comms.wire.bodies import TextBody
from tests.client.soak.book import Book, Meant, SoakError
from tests.client.soak.followers import Follower
from tests.client.soak.held import Held, KeepingTalk
from tests.client.soak.racing import Racing
from tests.stack.patience import eventually

TALKS = 3
"""Conversations that go on at a time."""
EPOCHS, PLACES = 16, 150
"""After so much a conversation is closed: everyone reads all records of one at every new key."""


class Soak(Racing):
    """A workspace in which much happens. `run` fails with a SoakError, or with whatever a client raised."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, user in self.scene.people.items():
            self.oracle.held[user.id] = Held()
            self.browsers[name] = [self.new_browser(name)]
        for name in list(self.browsers)[: self.followed]:
            self.follow(name)
        for _number in range(TALKS):
            self.new_talk()

    def run(self, steps: int, every: int) -> None:
        for self.step in range(1, steps + 1):
            # Drawn for itself, so that what a race decides doesn't change what is drawn later.
            self.random = random.Random(f"{self.seed}/{self.step}")
            weights = [STEPS[one] * (self.calm if one in SAYING else 1) for one in STEPS]
            (name,) = self.random.choices(list(STEPS), weights)
            self.counts[name if getattr(self, name)() is not False else "nothing to do"] += 1
            if self.step % every == 0 or self.step == steps:
                self.check()
                self.said(f"step {self.step}: {self.oracle.tries} keys tried")

    def end(self) -> None:
        """Everybody goes; returns when nobody asks the server for anything any more."""
        for follower in self.followed_ever:
            follower.over = True
            follower.cut()
            follower.join(60)
        for page in [one for some in self.browsers.values() for one in some]:
            page.close()
        for guest in self.guests.values():
            guest.connection.close()

    def check(self) -> None:
        """The oracle's turn."""
        for follower in list(self.followers.values()):
            if follower.trouble is not None:
                raise follower.trouble
        honest = self.honest_keys()
        for book in self.oracle.books.values():
            if book.is_closed:
                continue
            self.oracle.settle(book, Meant())
            self.post_somehow(book)
        honest = self.honest_keys()
        for book in self.oracle.books.values():
            if not book.is_closed:
                self.oracle.read_rows(book, honest)
                self.check_readers(book)
        self.harvest()
        self.oracle.check_outsiders()
        self.close_long_ones()

    def post_somehow(self, book: Book) -> None:
        """Whatever has happened: somebody who may write can write."""
        page = self.writer(book)
        if page is None:
            raise SoakError(f"nobody can write in {book.thread}")
        self.say(book, page, TextBody(self.text()))

    def check_readers(self, book: Book) -> None:
        for who in book.people:
            for page in self.pages(who):
                conversation = page.talk(book.thread)
                conversation.catch_up()
                self.check_page(book, who, conversation)
            follower = self.followers.get(self.name(who))
            if follower is not None:
                self.check_follower(book, who, follower)

    def check_page(self, book: Book, who: UUID, conversation: Any) -> None:
        while conversation.timeline.start.seq > book.reads_from(who):
            before = conversation.timeline.start.seq
            conversation.load_earlier()
            if conversation.timeline.start.seq == before:
                break
        assert isinstance(conversation.talk, KeepingTalk)
        shown = [seen(item) for item in conversation.talk.items if item.message.body is not None]
        self.oracle.check_reader(book, who, conversation.talk.places, shown)

    def check_follower(self, book: Book, who: UUID, follower: Follower) -> None:
        """What came by the socket alone, once it has all come."""
        head = len(book.rows)

        def has_come() -> bool:
            found = follower.browser.talks.get(book.thread)
            return follower.trouble is not None or (
                found is not None and found.timeline.head.seq >= head
            )

        try:
            eventually(has_come, within=60)
        except AssertionError as late:
            found = follower.browser.talks.get(book.thread)
            raise SoakError(
                f"{follower.name} has {found.timeline.head.seq if found else 'nothing'} of {head} in"
                f" {book.thread} after {follower.readies} sockets; signed out: {follower.over}"
            ) from late
        if follower.trouble is not None:
            raise follower.trouble
        with follower.lock:
            self.check_page(book, who, follower.browser.talks[book.thread])

    def honest_keys(self) -> dict[bytes, bytes]:
        self.harvest()
        return {
            digest: key for held in self.oracle.held.values() for digest, key in held.keys.items()
        }

    def harvest(self) -> None:
        for some in self.browsers.values():
            for browser in some:
                browser.harvest()
        for page in self.guests.values():
            page.harvest()
        for follower in self.followers.values():
            with follower.lock:
                follower.browser.harvest()

    def close_long_ones(self) -> None:
        for book in self.oracle.books.values():
            if not book.is_closed and (len(book.epochs) >= EPOCHS or len(book.rows) >= PLACES):
                book.is_closed = True
                for page in [one for some in self.browsers.values() for one in some]:
                    page.talks.pop(book.thread, None)
                for follower in self.followers.values():
                    with follower.lock:
                        follower.browser.talks.pop(book.thread, None)
                for who in [one for one, page in self.guests.items() if page.thread == book.thread]:
                    del self.guests[who]
        while len(self.open_books()) < TALKS:
            self.new_talk()


def seen(item: Item) -> tuple[object, ...]:
    """An item as the oracle names it."""
    is_gone = item.kind == "deleted"
    people = {emoji: tuple(sorted(who)) for emoji, who in item.reactions.items()}
    return (
        item.message.seq,
        item.message.sender,
        None if is_gone else item.text,
        () if is_gone else tuple(sorted(people.items())),
    )


STEPS = {
    "post": 90,
    "reply": 15,
    "edit": 15,
    "delete": 8,
    "react": 20,
    "pin": 8,
    "read": 5,
    "say_as_guest": 10,
    "lost_answer": 6,
    "same_outbox": 5,
    "lost_epoch": 3,
    "add_from_now": 6,
    "add_with_history": 6,
    "remove": 7,
    "leave": 4,
    "role": 4,
    "title": 2,
    "refresh": 3,
    "sign_in": 2,
    "restart": 3,
    "keep_disk": 1,
    "old_disk": 1,
    "lost_browser": 1,
    "drop_socket": 4,
    "invite": 3,
    "come_in": 3,
    "race": 10,
}
"""How often each is drawn, of their sum. What makes a new key costs everybody a reading of all records."""
SAYING = {"post", "reply", "edit", "delete", "react", "pin", "say_as_guest"}
