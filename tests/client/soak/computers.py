"""The steps of browsers: new ones, lost ones, old disks, and pages that listen by a socket."""

from __future__ import annotations

from uuid import UUID

from comms.client.account import keep_open
from comms.client.conversation import Conversation
from comms.client.errors import ServerError, SignedOutError
from comms.client.replacing import replace_keys
from comms.wire.bodies import TextBody
from comms.wire.roster import Role
from tests.accounts.browser import PASSPHRASE
from tests.client.soak.belonging import Belonging, sealed
from tests.client.soak.book import Attempt, Meant, SoakError
from tests.client.soak.browsers import Browser
from tests.client.soak.followers import Follower
from tests.client.soak.guest_pages import Page
from tests.stack.patience import eventually


class Computers(Belonging):
    """What people have their keys on."""

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
        follower = self.followers[name] = Follower(browser, self.is_open)
        self.followed_ever.append(follower)
        follower.start()
        eventually(lambda: follower.readies > 0 or follower.trouble is not None)

    def is_open(self, thread: UUID) -> bool:
        book = self.oracle.books.get(thread)
        return book is not None and not book.is_closed

    def unfollow(self, follower: Follower) -> None:
        with follower.lock:
            follower.over = True
            follower.browser.harvest()

    def drop_socket(self) -> bool | None:
        """The line of a page that listens is cut, without a word."""
        follower = self.random.choice(list(self.followers.values()))
        return None if follower.cut() else False
