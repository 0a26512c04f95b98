"""The step in which several do something in one conversation at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from comms.client import membership
from comms.client.errors import ClientError, Trouble
from comms.wire.bodies import TextBody
from comms.wire.roster import Role
from tests.client.soak.book import Book, Meant
from tests.client.soak.browsers import Browser
from tests.client.soak.guest_pages import Page
from tests.client.soak.guests import Guests
from tests.client.soak.saying import HARMLESS
from tests.client.soak.world import together


class Racing(Guests):
    """What nobody can put into an order beforehand."""

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
