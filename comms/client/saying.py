"""What a person says in one conversation: messages by way of the outbox, and notes that pass by."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from comms.client import words
from comms.client.errors import ClientError, ServerError, Trouble, UnreachableError
from comms.client.outbox import Outbox, Unreadable, Waiting
from comms.client.patience import post_patiently
from comms.client.rotation import now
from comms.client.timeline import Message
from comms.wire.bodies import Body, DeletionBody, ReceiptBody, TypingBody
from comms.wire.envelopes import Class, Header, make_envelope, read_envelope
from comms.wire.roster import find
from comms.wire.transcript import Head

if TYPE_CHECKING:
    from comms.client.conversation import Conversation

_STALE_TRIES: Final = 3


@dataclass(frozen=True)
class Delivery:
    """What became of one that waited: where it stands, or why it still waits."""

    one: Waiting | Unreadable
    message: Message | None = None
    error: ClientError | None = None


class Saying:
    """Posts under a client of its own. Without an outbox nothing outlives this run."""

    def __init__(self, conversation: Conversation, outbox: Outbox | None) -> None:
        self._conversation = conversation
        self._outbox = outbox
        self._client = os.urandom(16)
        self._counter = 0

    def prepare(self, *, look: bool = True) -> None:
        """Makes sure that this person may write now. Raises ClientError with the reason why not.

        Without `look` the server isn't asked who is out: it takes no message while a key without them is due.
        """
        if not self._may_post():
            # Perhaps they may since this was last looked at.
            self._conversation.catch_up()
            if not self._may_post():
                raise ClientError(words.OBSERVER, code="observer")
        if self._conversation.rotation.renew(look=look):
            raise ClientError(words.RENEWING, code="renewing")

    def send(self, body: Body) -> Message:
        """Seals, signs and posts it; what stands in the transcript then.

        Raises as `prepare` does, ServerError for a refusal, and UnreachableError("not_known") when it can't be said
        whether it arrived: then it waits in the outbox.
        """
        self.prepare(look=False)
        header = self.header(Class.STORED)
        one = Waiting(
            self._conversation.remote.workspace,
            self._conversation.thread,
            header.client,
            header.counter,
            header.written_at,
            body,
            self.seal(header, body),
        )
        if self._outbox is not None:
            self._outbox.keep(one)
        return self._deliver(one, is_fresh=True)

    def deliver(self) -> list[Delivery]:
        """Sends what waits in this conversation, the oldest first. Raises Trouble."""
        found: list[Delivery] = []
        for one in self._outbox.waiting(self._conversation.thread) if self._outbox else ():
            if isinstance(one, Unreadable):
                found.append(Delivery(one, error=ClientError(words.UNREADABLE, code="unreadable")))
                continue
            try:
                found.append(Delivery(one, self._deliver(one, is_fresh=False)))
            except Trouble:
                raise
            except ClientError as error:
                found.append(Delivery(one, error=error))
                if isinstance(error, UnreachableError):
                    break
        return found

    def header(self, klass: Class) -> Header:
        """For the next thing that is said, under the newest key, with all that was seen."""
        self._counter += 1
        return Header(
            thread=self._conversation.thread,
            epoch=self._conversation.epochs.newest.record.hash,
            sender=self._conversation.keys.user,
            client=self._client,
            counter=self._counter,
            written_at=now(),
            seen=self._conversation.head,
            klass=klass,
        )

    def seal(self, header: Header, body: Body) -> bytes:
        """The envelope, under the newest key. Raises Trouble without one, WireError for a body over its limits."""
        key = self._conversation.epochs.newest.key
        if key is None:
            raise Trouble("forged-epoch", "no key of the newest epoch")
        return make_envelope(header, body, key=key, seeds=self._conversation.keys.seeds)

    def post_receipt(self, head: Head) -> None:
        """Tells the others how far this person has read."""
        self._pass(ReceiptBody(head), receipt=True)

    def note_writing(self, *, is_typing: bool) -> None:
        """Tells the others that this person writes, or stopped. A note that is lost is no loss."""
        if self._may_post() and len(self._conversation.roster) > 1:
            self._pass(TypingBody(is_typing), receipt=False)

    def _may_post(self) -> bool:
        row = find(self._conversation.roster, self._conversation.keys.user)
        return row is not None and row.may_post(now())

    def _pass(self, body: Body, *, receipt: bool) -> None:
        if self._conversation.epochs.newest.key is None:
            return
        raw = self.seal(self.header(Class.EPHEMERAL), body)
        remote, thread = self._conversation.remote, self._conversation.thread
        try:
            if receipt:
                remote.post_receipt(thread, raw)
            else:
                remote.pass_on(thread, raw)
        except (ServerError, UnreachableError):
            # A newer key meanwhile, or no line: the next reading tells the others.
            return

    def _deliver(self, one: Waiting, *, is_fresh: bool) -> Message:
        """Posts until the server has it. Only a fresh one that it surely does not have is forgotten on a refusal."""
        try:
            found = self._post_until(one, is_fresh=is_fresh)
        except UnreachableError as error:
            sentence = words.not_known(error.sentence, waits=self._outbox is not None)
            raise UnreachableError(sentence, code="not_known") from error
        except Trouble:
            # An alarm: it stays, and is never sent in another form.
            raise
        except ClientError:
            if is_fresh:
                self._forget(one)
            raise
        self._forget(one)
        self._refresh()
        return found

    def _post_until(self, one: Waiting, *, is_fresh: bool) -> Message:
        for _attempt in range(_STALE_TRIES):
            try:
                self._destroy_file(one.body)
                return self._post(one)
            except ServerError as error:
                if error.code == "stale_epoch":
                    # Sealed again under the newer key, with the same counter: accepted once at most.
                    self._conversation.catch_up()
                    self.prepare()
                    one = self._sealed_again(one)
                    continue
                accepted = error.code == "replayed"
                found = None if is_fresh and not accepted else self._find(one)
                if found is not None:
                    # Accepted before, perhaps in other bytes: only the answer was lost.
                    return found
                if accepted:
                    raise Trouble("fork", "a message that the server has is not shown") from error
                raise
        raise ServerError(
            409, "stale_epoch", "The key of this conversation changes too often. Try again."
        )

    def _post(self, one: Waiting) -> Message:
        seen = read_envelope(one.raw).header.seen or Head()
        seq = post_patiently(self._conversation.remote, one.thread, one.raw)
        if seq <= seen.seq:
            raise Trouble("fork", f"the server puts a new message at {seq}, before {seen.seq}")
        found = self._find(one, seq)
        if found is None or found.seq != seq:
            raise Trouble("fork", "the message that was sent is not in the conversation")
        return found

    def _find(self, one: Waiting, seq: int | None = None) -> Message | None:
        """Where it stands, if it does: among what is newer, or in earlier pages up to where it was sealed."""
        conversation, key = (
            self._conversation,
            (self._conversation.keys.user, one.client, one.counter),
        )
        conversation.fetch_newer()
        seen = read_envelope(one.raw).header.seen or Head()
        first = seq or seen.seq + 1
        conversation.reach(
            lambda: (
                conversation.timeline.find(*key) is not None
                or conversation.timeline.start.seq < first
            )
        )
        return conversation.timeline.find(*key)

    def _sealed_again(self, one: Waiting) -> Waiting:
        header = Header(
            thread=one.thread,
            epoch=self._conversation.epochs.newest.record.hash,
            sender=self._conversation.keys.user,
            client=one.client,
            counter=one.counter,
            written_at=one.at,
            seen=self._conversation.head,
            klass=Class.STORED,
        )
        fresh = replace(one, raw=self.seal(header, one.body))
        if self._outbox is not None:
            self._outbox.keep(fresh)
        return fresh

    def _destroy_file(self, body: Body) -> None:
        """What a deletion is about goes first: it may be sent again, its file may not be left behind."""
        if not isinstance(body, DeletionBody):
            return
        item = self._conversation.talk.find(body.target)
        if item is None or item.file is None:
            return
        try:
            self._conversation.remote.remove_blob(self._conversation.thread, item.file.blob)
        except ServerError as error:
            if error.status not in {403, 404}:
                raise

    def _forget(self, one: Waiting) -> None:
        if self._outbox is not None:
            self._outbox.forget(one.name)

    def _refresh(self) -> None:
        """Never holds anything back: whatever goes wrong with it is tried again after the next message."""
        try:
            if self._conversation.rotation.refresh_due():
                self._conversation.rotation.refresh()
        except (ServerError, UnreachableError):
            return
