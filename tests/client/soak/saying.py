"""The steps in which something is said, and what may happen to an answer on its way."""

from __future__ import annotations

from collections.abc import Callable

from comms.client.errors import ClientError, ServerError, Trouble, UnreachableError
from comms.client.talk import Item
from comms.wire.bodies import Body, DeletionBody, EditBody, PinBody, ReactionBody, TextBody
from comms.wire.envelopes import Class
from tests.client.soak.book import Attempt, Book, Meant, SoakError
from tests.client.soak.browsers import Browser
from tests.client.soak.guest_pages import Page
from tests.client.soak.world import World, together

BY_SOCKET = 0.85
"""Of what is posted; the rest goes over HTTP, as with sockets blocked."""
EMOJI = ("👍", "🕊", "✋", "❤")
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


class Saying(World):
    """What people write."""

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
        page.talk(book.thread).catch_up()
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
        header = conversation.saying.header(Class.STORED)
        body, other = TextBody(self.text()), TextBody(self.text())
        raw = conversation.saying.seal(header, body)
        book.attempts.append(Attempt(page.user, body, "ok"))
        places: list[int] = []
        together([lambda: places.append(conversation.remote.post(book.thread, raw))] * 2)
        if len(set(places)) != 1:
            raise SoakError(f"one message at {places} of {book.thread}")
        different = conversation.saying.seal(header, other)
        book.attempts.append(Attempt(page.user, other, "failed"))
        try:
            conversation.remote.post(book.thread, different)
        except ServerError as error:
            if error.code != "replayed":
                raise
        else:
            raise SoakError("other words were taken under a number that was used")
        return None
