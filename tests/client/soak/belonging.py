"""The steps in which conversations begin and people come, go and change their roles."""

from __future__ import annotations

from uuid import UUID

from comms.client import membership
from comms.client.conversation import Conversation
from comms.client.errors import ClientError, Trouble
from comms.wire.bodies import Body, TextBody
from comms.wire.envelopes import Class
from comms.wire.roster import Role
from tests.client.soak.book import Book, Meant, SoakError
from tests.client.soak.browsers import Browser
from tests.client.soak.guest_pages import GuestPage
from tests.client.soak.saying import Saying

OUT = {"not_found", "guest_ended", "observer"}
"""How somebody who is out hears of it; an observer is stopped by their own page."""


class Belonging(Saying):
    """Who is in which conversation."""

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


def sealed(conversation: Conversation, body: Body) -> bytes:
    """What a page would post now, under the next number of its own."""
    return conversation.saying.seal(conversation.saying.header(Class.STORED), body)
