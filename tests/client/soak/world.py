"""Who is there, on which pages, and the conversations that go on: what every step draws from."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from comms.wire.roster import Role
from tests.client.conftest import Scene
from tests.client.soak.book import Book
from tests.client.soak.browsers import Browser
from tests.client.soak.followers import Follower
from tests.client.soak.guest_pages import GuestPage, Page
from tests.client.soak.oracle import Oracle

LONGEST = 20


@dataclass
class World:
    """A workspace, its people's browsers and guests, and the oracle that knows what each may read."""

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

    def name(self, who: UUID) -> str:
        return self.ids.get(who, f"guest {str(who)[:8]}")

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
