"""The steps: what people do, drawn from a seed, one after the other and several at once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from comms.client import membership
from comms.client.account import keep_open
from comms.client.conversation import Conversation
from comms.client.errors import ClientError, ServerError, SignedOutError, Trouble, UnreachableError
from comms.client.replacing import replace_keys
from comms.client.rotation import now
from comms.client.talk import Item
from comms.wire.bodies import (
    Body,
    DeletionBody,
    EditBody,
    IntroductionBody,
    PinBody,
    ReactionBody,
    TextBody,
)
from comms.wire.envelopes import Class, make_envelope
from comms.wire.roster import Role
from tests.accounts.browser import PASSPHRASE
from tests.client.conftest import Scene
from tests.client.soak.browsers import Browser, Follower, GuestPage, Held, KeepingTalk, Page
from tests.client.soak.oracle import Attempt, Book, Meant, Oracle, SoakError
from tests.stack.patience import eventually

TALKS = 3
"""Conversations that go on at a time."""
EPOCHS, PLACES = 16, 150
"""After so much a conversation is closed: everyone reads all records of one at every new key."""
BY_SOCKET = 0.85
"""Of what is posted; the rest goes over HTTP, as with sockets blocked."""
LONGEST = 20
EMOJI = ("👍", "🕊", "✋", "❤")
DAY = 86_400_000

OUT = {"not_found", "guest_ended", "observer"}
"""How somebody who is out hears of it; an observer is stopped by their own page."""
HARMLESS = {
    "not_found",
    "stale_epoch",
    "overtaken",
    "renewing",
    "observer",
    "forbidden",
    "not_known",
}
"""What may come of acting at the same time as others."""


@dataclass
class Soak:
    """A workspace in which much happens. `run` fails with a SoakError, or with whatever a client raised."""

    seed: int
    address: str
    folder: Path
    scene: Scene
    said: Callable[[str], None]
    calm: int = 1
    """How many times as often something is said, without anything else happening."""
    followed: int = 2
    """People with a page that stays open and hears everything by its socket."""
    browsers: dict[str, list[Browser]] = field(default_factory=dict)
    guests: dict[UUID, GuestPage] = field(default_factory=dict)
    followers: dict[str, Follower] = field(default_factory=dict)
    followed_ever: list[Follower] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    step: int = 0
    made: int = 0
    words: int = 0

    def __post_init__(self) -> None:
        self.ids = {user.id: name for name, user in self.scene.people.items()}
        self.oracle = Oracle(self.scene.workspace, self.name)
        self.random = random.Random(self.seed)
        for name, user in self.scene.people.items():
            self.oracle.held[user.id] = Held()
            self.browsers[name] = [self.new_browser(name)]
        for name in list(self.browsers)[: self.followed]:
            self.follow(name)
        for _number in range(TALKS):
            self.new_talk()

    def name(self, who: UUID) -> str:
        return self.ids.get(who, f"guest {str(who)[:8]}")

    # The run.

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

        eventually(has_come, within=60)
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

    # Who, where, with what.

    def open_books(self) -> list[Book]:
        return [book for book in self.oracle.books.values() if not book.is_closed]

    def book(self) -> Book:
        return self.random.choice(self.open_books())

    def pages(self, who: UUID) -> list[Page]:
        if who in self.ids:
            return list(self.browsers[self.ids[who]])
        return [self.guests[who]] if who in self.guests else []

    def page(self, who: UUID) -> Page | None:
        found = self.pages(who)
        return self.random.choice(found) if found else None

    def writers(self, book: Book) -> list[Page]:
        may = [who for who, role in book.people.items() if role is not Role.OBSERVER]
        return [page for who in may if (page := self.page(who)) is not None]

    def writer(self, book: Book) -> Page | None:
        found = self.writers(book)
        return self.random.choice(found) if found else None

    def owner(self, book: Book) -> Browser | None:
        who = self.random.choice(book.owners())
        page = self.page(who)
        assert page is None or isinstance(page, Browser)
        return page

    def outside(self, book: Book) -> list[UUID]:
        return [who for who in self.ids if who not in book.people]

    def text(self) -> str:
        self.words += 1
        return f"{self.step}.{self.words} " + "said " * self.random.randrange(LONGEST)

    def new_browser(self, name: str) -> Browser:
        self.made += 1
        who = self.scene.people[name].id
        return Browser(
            self.address, name, self.folder / name / str(self.made), self.oracle.held[who]
        )

    # Saying something.

    def say(self, book: Book, page: Page, body: Body, *, racing: bool = False) -> bool:
        """True, so that a step that ends with it was one."""
        attempt = Attempt(page.user, body)
        book.attempts.append(attempt)
        by_socket = not racing and not page.losing and self.random.random() < BY_SOCKET
        if by_socket and isinstance(page, Browser) and page.say_by_socket(book.thread, body):
            attempt.state = "ok"
            self.counts["by socket"] += 1
            return True
        try:
            page.talk(book.thread).send(body)
        except Trouble:
            raise
        except ClientError as error:
            if error.code not in HARMLESS or not racing:
                raise
            if error.code != "not_known":
                attempt.state = "failed"
            self.counts[f"refused: {error.code}"] += 1
        else:
            attempt.state = "ok"
        if not racing:
            self.oracle.settle(book, Meant())
        return True

    def post(self) -> bool | None:
        book = self.book()
        page = self.writer(book)
        return False if page is None else self.say(book, page, TextBody(self.text()))

    def about(self, make: Callable[[Book, Page, Item], Body | None]) -> bool | None:
        """Something about an earlier message that the page has."""
        book = self.book()
        page = self.writer(book)
        if page is None:
            return False
        items = [one for one in page.talk(book.thread).talk.items if one.kind == "text"]
        if not items:
            return self.say(book, page, TextBody(self.text()))
        body = make(book, page, self.random.choice(items))
        return False if body is None else self.say(book, page, body)

    def reply(self) -> bool | None:
        return self.about(lambda _b, _p, item: TextBody(self.text(), item.message.hash))

    def edit(self) -> bool | None:
        # Also somebody else's, which no reader may show.
        return self.about(lambda _b, _p, item: EditBody(item.message.hash, self.text()))

    def delete(self) -> bool | None:
        return self.about(lambda _b, _p, item: DeletionBody(item.message.hash))

    def react(self) -> bool | None:
        emoji, is_set = self.random.choice(EMOJI), self.random.random() < 0.7
        return self.about(lambda _b, _p, item: ReactionBody(item.message.hash, emoji, is_set))

    def pin(self) -> bool | None:
        is_set = self.random.random() < 0.7
        return self.about(lambda _b, _p, item: PinBody(item.message.hash, is_set))

    def read(self) -> bool | None:
        book = self.book()
        page = self.page(self.random.choice(list(book.people)))
        if page is None:
            return False
        conversation = page.talk(book.thread)
        conversation.catch_up()
        conversation.mark_read(receipt=True)
        return None

    def lost_answer(self) -> bool | None:
        """What was posted arrived; its answer did not. The same is sent again."""
        book = self.book()
        page = self.writer(book)
        if page is None:
            return False
        # Otherwise the answer that is lost is that of a new key, and nothing is sent.
        page.talk(book.thread).prepare()
        page.lose_next_answer()
        return self.say(book, page, TextBody(self.text()))

    def lost_epoch(self) -> bool | None:
        """The same for a new key: whoever made it doesn't know that it is there."""
        book = self.book()
        owner = self.owner(book)
        if owner is None:
            return False
        conversation = owner.talk(book.thread)
        owner.lose_next_answer()
        try:
            conversation.rotation.publish(lambda shape: shape)
        except UnreachableError:
            owner.losing = False
        self.oracle.settle(book, Meant())
        return self.say(book, owner, TextBody(self.text()))

    def same_outbox(self) -> bool | None:
        """Two tabs empty one outbox at the same time; a third has other words under the same number."""
        book = self.book()
        page = self.writer(book)
        if page is None:
            return False
        conversation = page.talk(book.thread)
        conversation.catch_up()
        conversation.prepare()
        epoch = conversation.epochs.newest
        assert epoch.key is not None
        conversation._counter += 1
        header = conversation._header(
            conversation._counter, now(), conversation.timeline.head, Class.STORED
        )
        body, other = TextBody(self.text()), TextBody(self.text())
        seeds = conversation.keys.seeds
        raw = make_envelope(header, body, key=epoch.key, seeds=seeds)
        book.attempts.append(Attempt(page.user, body, "ok"))
        places: list[int] = []
        together([lambda: places.append(conversation.remote.post(book.thread, raw))] * 2)
        if len(set(places)) != 1:
            raise SoakError(f"one message at {places} of {book.thread}")
        different = make_envelope(header, other, key=epoch.key, seeds=seeds)
        book.attempts.append(Attempt(page.user, other, "failed"))
        try:
            conversation.remote.post(book.thread, different)
        except ServerError as error:
            if error.code != "replayed":
                raise
        else:
            raise SoakError("other words were taken under a number that was used")
        return None

    # Conversations and who is in them.

    def new_talk(self) -> None:
        names = list(self.scene.people)
        inside = self.random.sample(names, self.random.randint(2, len(names)))
        browser = self.random.choice(self.browsers[inside[0]])
        others = {
            self.scene.people[name].id: self.random.choice((Role.MEMBER, Role.MEMBER, Role.OWNER))
            for name in inside[1:]
        }
        app = browser.app
        thread = membership.open_thread(app.remote, app.keys, app.log, self.text(), others)
        book = self.oracle.books[thread] = Book(thread)
        everyone = {browser.user: Role.OWNER, **others}
        self.oracle.settle(book, Meant(added=everyone, surely=set(everyone)))

    def add(self, *, everything: bool) -> bool | None:
        book = self.book()
        owner, outside = self.owner(book), self.outside(book)
        if owner is None or not outside:
            return False
        who = self.random.choice(outside)
        role = self.random.choice((Role.MEMBER, Role.MEMBER, Role.OBSERVER, Role.OWNER))
        membership.add_members(owner.talk(book.thread), [who], role, everything=everything)
        self.oracle.settle(book, Meant(added={who: role}, surely={who}))
        if everything:
            self.oracle.give_history(book, who, owner.user)
        return None

    def add_from_now(self) -> bool | None:
        return self.add(everything=False)

    def add_with_history(self) -> bool | None:
        return self.add(everything=True)

    def remove(self) -> bool | None:
        book = self.book()
        owner = self.owner(book)
        if owner is None:
            return False
        others = [who for who in book.people if who != owner.user]
        if not others:
            return False
        who = self.random.choice(others)
        membership.remove_member(owner.talk(book.thread), who)
        self.oracle.settle(book, Meant(removed={who}, surely={who}))
        self.try_out(book, who)
        return None

    def try_out(self, book: Book, who: UUID) -> None:
        """Whoever is out gets nothing any more, and says nothing any more."""
        page = self.page(who)
        if page is None:
            return
        page.harvest()
        for act in (
            lambda: page.talk(book.thread).catch_up(),
            lambda: page.talk(book.thread).send(TextBody("from outside")),
        ):
            try:
                act()
            except ClientError as error:
                if isinstance(error, Trouble) or error.code not in OUT:
                    raise
            else:
                raise SoakError(f"{self.name(who)} is out, and is served")
        for one in self.pages(who):
            if isinstance(one, Browser):
                one.harvest()
                one.talks.pop(book.thread, None)
        if isinstance(page, GuestPage):
            del self.guests[who]

    def leave(self) -> bool | None:
        book = self.book()
        members = [who for who, role in book.people.items() if role is not Role.GUEST]
        page = self.page(self.random.choice(members))
        if not isinstance(page, Browser) or len(members) < 2:
            return False
        who = page.user
        if book.owners() == [who]:
            heir = self.random.choice([one for one in members if one != who])
            membership.change_role(page.talk(book.thread), heir, Role.OWNER)
            self.oracle.settle(book, Meant(roles={heir: Role.OWNER}, surely={heir}))
        conversation = page.talk(book.thread)
        conversation.catch_up()
        membership.leave(conversation)
        self.oracle.settle(book, Meant(left={who}))
        self.try_out(book, who)
        return None

    def role(self) -> bool | None:
        book = self.book()
        owner = self.owner(book)
        members = [who for who, role in book.people.items() if role is not Role.GUEST]
        who = self.random.choice(members)
        role = self.random.choice((Role.OWNER, Role.MEMBER, Role.OBSERVER))
        if owner is None or (book.owners() == [who] and role is not Role.OWNER):
            return False
        membership.change_role(owner.talk(book.thread), who, role)
        self.oracle.settle(book, Meant(roles={who: role}, surely={who}))
        return None

    def title(self) -> bool | None:
        book = self.book()
        owner = self.owner(book)
        if owner is None:
            return False
        membership.change_title(owner.talk(book.thread), self.text())
        self.oracle.settle(book, Meant())
        return None

    def refresh(self) -> bool | None:
        """A new key for the same people, by anybody who may write."""
        book = self.book()
        page = self.writer(book)
        if page is None:
            return False
        page.talk(book.thread).rotation.publish(lambda shape: shape)
        self.oracle.settle(book, Meant())
        return None

    # Browsers.

    def sign_in(self) -> bool | None:
        name = self.random.choice(list(self.browsers))
        if len(self.browsers[name]) >= 2:
            self.drop(name, self.random.choice(self.browsers[name]))
        self.browsers[name].append(self.new_browser(name))
        return None

    def drop(self, name: str, browser: Browser) -> None:
        browser.harvest()
        browser.close()
        self.browsers[name].remove(browser)

    def restart(self) -> None:
        self.any_browser().restart()

    def keep_disk(self) -> None:
        self.any_browser().keep_disk()

    def old_disk(self) -> None:
        self.any_browser().put_disk_back()

    def any_browser(self) -> Browser:
        return self.random.choice(self.browsers[self.random.choice(list(self.browsers))])

    def lost_browser(self) -> bool | None:
        """A browser of somebody is lost: from another one they make new keys, and all sessions end."""
        name = self.random.choice(list(self.browsers))
        who = self.scene.people[name].id
        follower = self.followers.pop(name, None)
        if follower is not None:
            self.unfollow(follower)
        for one in self.browsers[name]:
            one.harvest()
        stolen = self.oracle.held[who].copy()
        browser = self.random.choice(self.browsers[name])
        for one in [other for other in self.browsers[name] if other is not browser]:
            self.browsers[name].remove(one)
            one.close()
        app = browser.app
        old = self.sealed_before(who)
        keys, _code = replace_keys(app.keys, PASSPHRASE)
        # From here on nothing more is theirs: what is accepted now is under keys that the lost browser never had.
        ends = {thread: self.oracle.head(thread) for thread in self.oracle.books}
        self.refused_under_old_keys(old)
        keep_open(app.connection, app.session, keys.key)
        app.home.keep_session(app.session)
        browser.talks.clear()
        browser.close()
        browser._start()
        for book in self.oracle.books.values():
            if book.is_closed or who not in book.people:
                continue
            browser.talk(book.thread).rotation.renew()
            if book.people[who] is Role.OBSERVER:
                # An observer makes no key; nothing can be sent before an owner's page has seen their new ones.
                owner = self.owner(book)
                assert owner is not None
                owner.talk(book.thread).reopen()
                owner.talk(book.thread).rotation.renew()
            self.oracle.settle(book, Meant())
        self.oracle.lost.append((f"{name}'s lost browser of step {self.step}", who, stolen, ends))
        if follower is not None:
            if self.served(follower.browser):
                raise SoakError(f"{name}'s lost browser is served")
            self.follow(name)
        return None

    def sealed_before(self, who: UUID) -> list[tuple[Page, Conversation, bytes]]:
        """In each conversation of theirs, a message by somebody else's page, under the key of now."""
        found: list[tuple[Page, Conversation, bytes]] = []
        for book in self.open_books():
            others = [page for page in self.writers(book) if page.user != who]
            if who not in book.people or not others:
                continue
            page = self.random.choice(others)
            conversation = page.talk(book.thread)
            conversation.catch_up()
            body = TextBody(self.text())
            book.attempts.append(Attempt(page.user, body, "failed"))
            found.append((page, conversation, sealed(conversation, body)))
        return found

    def refused_under_old_keys(self, old: list[tuple[Page, Conversation, bytes]]) -> None:
        """Over HTTP and by the socket, from a page that knows of nothing."""
        for page, conversation, raw in old:
            if isinstance(page, Browser) and page.posted(conversation.thread, raw):
                raise SoakError(f"taken by the socket under old keys in {conversation.thread}")
            try:
                conversation.remote.post(conversation.thread, raw)
            except ServerError as error:
                if error.code != "stale_epoch":
                    raise
            else:
                raise SoakError(f"taken under old keys in {conversation.thread}")
            self.counts["refused under old keys"] += 1

    def served(self, browser: Browser) -> bool:
        try:
            browser.app.remote.index()
        except SignedOutError:
            return False
        return True

    def follow(self, name: str) -> None:
        browser = self.new_browser(name)
        for book in self.oracle.books.values():
            if not book.is_closed and browser.user in book.people:
                browser.talk(book.thread)
        follower = self.followers[name] = Follower(browser)
        self.followed_ever.append(follower)
        follower.start()
        eventually(lambda: follower.readies > 0 or follower.trouble is not None)

    def unfollow(self, follower: Follower) -> None:
        with follower.lock:
            follower.over = True
            follower.browser.harvest()

    def drop_socket(self) -> bool | None:
        """The line of a page that listens is cut, without a word."""
        follower = self.random.choice(list(self.followers.values()))
        return None if follower.cut() else False

    # Guests.

    def invite(self) -> bool | None:
        book = self.book()
        owner = self.owner(book)
        inside = [who for who, role in book.people.items() if role is Role.GUEST]
        if owner is None or len(inside) + len(book.links) >= 2:
            return False
        everything = self.random.random() < 0.4
        link = membership.invite_guest(
            owner.talk(book.thread),
            "Harbour desk",
            code="",
            until=now() + DAY,
            everything=everything,
        )
        guest = UUID(link.partition("#")[0].rstrip("/").rpartition("/")[2])
        self.oracle.held[guest] = Held()
        self.oracle.settle(book, Meant(added={guest: Role.GUEST}, surely={guest}))
        if everything:
            self.oracle.give_history(book, guest, owner.user)
        book.links[guest] = link
        return None

    def come_in(self) -> bool | None:
        """A link is opened: keys of the guest's own, and their name."""
        waiting = [
            (book, guest)
            for book in self.open_books()
            for guest in book.links
            if guest in book.people
        ]
        if not waiting:
            return False
        book, guest = self.random.choice(waiting)
        link = book.links.pop(guest)
        page = self.guests[guest] = GuestPage(self.address, link, self.oracle.held[guest])
        return self.say(book, page, IntroductionBody(self.text()))

    def say_as_guest(self) -> bool | None:
        here = [
            (book, who) for book in self.open_books() for who in book.people if who in self.guests
        ]
        if not here:
            return False
        book, who = self.random.choice(here)
        return self.say(book, self.guests[who], TextBody(self.text()))

    # Several at once.

    def race(self) -> bool | None:
        """Two to four pages do something in the same conversation at the same moment."""
        book = self.book()
        pages = self.writers(book)
        self.random.shuffle(pages)
        pages = pages[: self.random.randint(2, 4)]
        if len(pages) < 2:
            return False
        meant, acts = Meant(), []
        for page in pages:
            acts.append(self.racer(book, page, meant))
            # Each has seen the conversation before, none of them just now.
            page.talk(book.thread)
        together(acts)
        self.oracle.settle(book, meant)
        for who in list(meant.removed | meant.left):
            if who not in book.people and who in self.oracle.held:
                self.try_out(book, who)
        return None

    def racer(self, book: Book, page: Page, meant: Meant) -> Callable[[], None]:
        owns = book.people.get(page.user) is Role.OWNER
        what = self.random.choice(("say", "say", "refresh", "remove", "add", "title", "leave"))
        if what == "say" or (not owns and what in {"remove", "add", "title"}):
            body = TextBody(self.text())
            return lambda: [self.say(book, page, body, racing=True)].clear()
        conversation = page.talk(book.thread)
        if what == "remove":
            others = [who for who in book.people if who not in {page.user, *book.owners()}]
            if others and not meant.removed:
                who = self.random.choice(others)
                meant.removed.add(who)
                return self.trying(lambda: membership.remove_member(conversation, who), meant, who)
        if what == "add":
            outside = self.outside(book)
            if outside and not meant.added:
                who = self.random.choice(outside)
                meant.added[who] = Role.MEMBER
                return self.trying(
                    lambda: membership.add_members(
                        conversation, [who], Role.MEMBER, everything=False
                    ),
                    meant,
                    who,
                )
        if what == "title":
            words = self.text()
            return self.trying(lambda: membership.change_title(conversation, words))
        if what == "leave" and not owns and isinstance(page, Browser) and not meant.left:
            who = page.user
            return self.leaving(lambda: membership.leave(conversation), meant, who)
        return self.trying(lambda: conversation.rotation.publish(lambda shape: shape))

    def trying(
        self, act: Callable[[], None], meant: Meant | None = None, who: UUID | None = None
    ) -> Callable[[], None]:
        """What may be refused, since others were faster."""

        def go() -> None:
            try:
                act()
            except Trouble:
                raise
            except ClientError as error:
                if error.code not in HARMLESS:
                    raise
                self.counts[f"refused: {error.code}"] += 1
            else:
                if meant is not None and who is not None:
                    meant.surely.add(who)

        return go

    def leaving(self, act: Callable[[], None], meant: Meant, who: UUID) -> Callable[[], None]:
        def leave() -> None:
            act()
            meant.left.add(who)

        return self.trying(leave)


def sealed(conversation: Conversation, body: Body) -> bytes:
    """What a page would post now, under the next number of its own."""
    epoch = conversation.epochs.newest
    assert epoch.key is not None
    conversation._counter += 1
    header = conversation._header(
        conversation._counter, now(), conversation.timeline.head, Class.STORED
    )
    return make_envelope(header, body, key=epoch.key, seeds=conversation.keys.seeds)


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


def together(acts: list[Callable[[], None]]) -> None:
    """All at the same moment, each in a thread; the first error of any, once all have ended."""
    start, errors = threading.Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        start.wait(30)
        try:
            act()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


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
