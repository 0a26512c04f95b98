"""Following a conversation: whatever happens, as it happens."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from comms.client import output
from comms.client.app import App
from comms.client.commands.reading import mark_read, newest, show
from comms.client.conversation import Conversation
from comms.client.drafts import Drafts
from comms.client.errors import ClientError, UnreachableError
from comms.client.live import Event, listen
from comms.client.rotation import now
from comms.client.showing import Showing
from comms.client.timeline import Message, Passed
from comms.wire.bodies import DeletionBody, EditBody, PinBody, ReactionBody, TypingBody

_FLUSH_EVERY: Final = 60_000
_WRITING_LASTS: Final = 6.0
"""Seconds that a note of writing holds, unless it is repeated."""


def follow(app: App, args: Namespace) -> None:
    """The newest messages, then whatever happens, until it is stopped."""
    following = _Following(app, app.conversation(args.thread), args)
    following.begin()
    flushed = now()
    app.finish()
    for event in listen(app.connection, app.remote.workspace, sockets=not args.poll):
        try:
            following.take(event)
        except UnreachableError as error:
            # The connection comes back with the next `ready`, and what was missed with it.
            output.complain(error.sentence)
            continue
        if not output.is_read():
            return
        if now() - flushed >= _FLUSH_EVERY:
            flushed = now()
            app.finish()


class _Following:
    """One conversation while it is followed."""

    def __init__(self, app: App, conversation: Conversation, args: Namespace) -> None:
        self._now = conversation
        self._args = args
        self._remote = app.remote
        self._showing = Showing(conversation)
        self._drafts = Drafts(app.remote, app.keys)
        self._writing: dict[UUID, float] = {}

    def begin(self) -> None:
        count = 10 if self._args.count is None else self._args.count
        items = newest(self._now, count, unread=self._args.count is None)
        show(self._showing, items, self._args)
        mark_read(self._now, self._showing, items, self._args)

    def take(self, event: Event) -> None:
        """Raises ClientError("revoked") when this person is out, Trouble."""
        if event.kind == "lost":
            self._aside("No connection. Trying again.")
            return
        if event.kind == "ready":
            self._aside(f"Live, by {event.way}.")
            self._tell(self._now.come_back())
            for raw in self._remote.receipts(self._now.thread):
                self._pass(raw)
        elif event.thread != self._now.thread:
            return
        elif event.kind == "revoked":
            raise ClientError(
                "You are not in this conversation any more. New messages do not reach you.",
                code="revoked",
            )
        elif event.kind == "envelope":
            self._tell(self._now.receive(event.head, event.raw))
        elif event.kind == "epoch":
            self._tell(self._now.catch_up())
        elif event.kind == "added":
            # Seen already, and added again: with the keys of earlier messages.
            self._tell(self._now.catch_up())
            known = self._now.head.seq
            self._now.reopen()
            items = [one for one in self._now.talk.items if one.message.seq > known]
            show(self._showing, items, self._args)
        elif event.kind == "ephemeral":
            self._pass(event.raw)
            return
        elif event.kind == "draft":
            self._draft()
            return
        if output.is_read():
            self._now.mark_read(receipt=not self._args.no_receipt)

    def _pass(self, raw: bytes) -> None:
        """Who writes, and how far others have read; one's own notes from elsewhere are nothing new."""
        found = self._now.take_passing(raw)
        if found is None or found.sender == self._now.keys.user:
            return
        name = self._now.name(found.sender)
        if isinstance(found.body, TypingBody):
            self._note_writing(found, name)
            return
        seq = found.body.read.seq
        shown = {"kind": "receipt", "sender": str(found.sender), "name": name, "seq": seq}
        self._aside(f"{output.line(name)} has read up to #{seq}.", shown)

    def _note_writing(self, note: Passed, name: str) -> None:
        is_typing = isinstance(note.body, TypingBody) and note.body.is_typing
        was = self._writing.pop(note.sender, 0.0) > time.monotonic()
        if is_typing:
            self._writing[note.sender] = time.monotonic() + _WRITING_LASTS
        if was == is_typing:
            return
        shown = {
            "kind": "typing",
            "sender": str(note.sender),
            "name": name,
            "is_typing": is_typing,
        }
        verb = "is writing…" if is_typing else "has stopped writing."
        self._aside(f"{output.line(name)} {verb}", shown)

    def _draft(self) -> None:
        kept = self._drafts.load(self._now.thread)
        if self._args.json:
            output.show_json(self._showing.draft_json(kept))
            return
        for line in self._showing.draft_lines(kept) or ["Your draft was sent or cleared."]:
            output.complain(line)

    def _tell(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.sender is not None:
                # The message itself ends the writing.
                self._writing.pop(message.sender, None)
            item = self._now.talk.find(message.hash)
            if item is not None:
                if self._args.json:
                    output.show_json(self._showing.json(item))
                else:
                    for line in self._showing.lines(item):
                        output.say(line)
                continue
            act = _act(self._now, message)
            if act is None:
                continue
            if self._args.json:
                output.show_json(act)
            else:
                who, what = output.line(act["name"]), act["kind"]
                target = act["target"] or "?"
                output.say(f"#{message.seq}  {who}: {what} #{target} {act['detail']}".rstrip())

    def _aside(self, sentence: str, shown: dict[str, Any] | None = None) -> None:
        """What passes by is no message: for a person it goes beside them."""
        if not self._args.json:
            output.complain(sentence)
        elif shown is not None:
            output.show_json(shown)


def _act(conversation: Conversation, message: Message) -> dict[str, Any] | None:
    """An edit, a deletion, a reaction or a pin, as a line of its own."""
    match message.body:
        case EditBody(target, text):
            kind, detail = "edit", output.plain(text)
        case DeletionBody(target):
            kind, detail = "deletion", ""
        case ReactionBody(target, emoji, is_set):
            kind, detail = "reaction" if is_set else "reaction taken back", output.line(emoji)
        case PinBody(target, is_set):
            kind, detail = "pin" if is_set else "pin taken back", ""
        case _:
            return None
    item = conversation.talk.find(target)
    return {
        "seq": message.seq,
        "kind": kind,
        "target": item.message.seq if item else None,
        "sender": str(message.sender),
        "name": conversation.name(message.sender),
        "at": output.iso(message.at),
        "detail": detail,
    }
