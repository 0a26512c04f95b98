"""The steps of guests, who come by a link."""

from __future__ import annotations

from uuid import UUID

from comms.client import membership
from comms.client.rotation import now
from comms.wire.bodies import IntroductionBody, TextBody
from comms.wire.roster import Role
from tests.client.soak.book import Meant
from tests.client.soak.computers import Computers
from tests.client.soak.guest_pages import GuestPage
from tests.client.soak.held import Held

DAY = 86_400_000


class Guests(Computers):
    """Those without an account."""

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
