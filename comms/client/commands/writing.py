"""Sending, editing, deleting, reacting, pinning."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from uuid import UUID

from comms.client import output
from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import UsageError
from comms.client.talk import Item
from comms.client.timeline import Message
from comms.wire.bodies import (
    MENTIONS_LIMIT,
    TEXT_LIMIT,
    Body,
    DeletionBody,
    EditBody,
    PinBody,
    ReactionBody,
    TextBody,
)
from comms.wire.roster import Role, find

_TYPING_AGAIN = 4.0
"""Seconds between two notes that this person is writing."""


def send(app: App, args: Namespace) -> None:
    """A message in Markdown; without TEXT, or with -, from standard input."""
    if args.text == "-" and is_typed_in():
        conversation = app.conversation(args.thread)
        conversation.prepare()
        text = checked(typed(conversation))
    else:
        text = words_of(args.text)
        conversation = app.conversation(args.thread)
    reply_to = target_of(conversation, args.reply).message.hash if args.reply else None
    body = TextBody(text, reply_to, mentions_in(conversation, text))
    sent(conversation.send(body), args)


def edit(app: App, args: Namespace) -> None:
    """Other words for one's own message."""
    text = words_of(args.text)
    conversation = app.conversation(args.thread)
    item = target_of(conversation, args.message)
    if item.message.sender != conversation.keys.user or item.kind not in {"text", "file"}:
        raise UsageError("Only your own messages can be edited.")
    sent(
        conversation.send(EditBody(item.message.hash, text, mentions_in(conversation, text))), args
    )


def delete(app: App, args: Namespace) -> None:
    """One's own message, or as an owner anybody's."""
    conversation = app.conversation(args.thread)
    item = target_of(conversation, args.message)
    own = find(conversation.roster, conversation.keys.user)
    is_owner = own is not None and own.role is Role.OWNER
    if item.message.sender != conversation.keys.user and not is_owner:
        raise UsageError("Only its author or an owner can delete a message.")
    sent(conversation.send(DeletionBody(item.message.hash)), args)


def react(app: App, args: Namespace) -> None:
    """An emoji, set or taken back."""
    if len(args.emoji) > 20 or any(letter.isalpha() or letter.isspace() for letter in args.emoji):
        raise UsageError("A reaction is one emoji.")
    _about(app, args, lambda target: ReactionBody(target, args.emoji, not args.remove))


def pin(app: App, args: Namespace) -> None:
    """A message on top, or not any more."""
    _about(app, args, lambda target: PinBody(target, not args.remove))


def target_of(conversation: Conversation, seq: int) -> Item:
    """What stands at this place and can be answered. Raises UsageError."""
    item = conversation.item_at(seq)
    if item is None or item.kind not in {"text", "file"}:
        raise UsageError(f"There is no message #{seq} that this can be about.")
    return item


def is_typed_in() -> bool:
    """Whether a person sits at standard input."""
    return sys.stdin is not None and sys.stdin.isatty()


def typed(conversation: Conversation) -> str:
    """What a person types until the end of the file (Ctrl-D); the others see that they write."""
    output.complain("Write your message; Ctrl-D on a line of its own sends it, Ctrl-C drops it.")
    lines: list[str] = []
    noted = 0.0
    try:
        for line in sys.stdin:
            lines.append(line)
            if time.monotonic() - noted >= _TYPING_AGAIN:
                noted = time.monotonic()
                conversation.saying.note_writing(is_typing=True)
    except KeyboardInterrupt:
        conversation.saying.note_writing(is_typing=False)
        raise
    return "".join(lines).rstrip("\n")


def text_of(given: str) -> str:
    """The text, or what standard input holds for `-`; perhaps nothing."""
    if given != "-":
        return given
    return sys.stdin.read(TEXT_LIMIT + 1).rstrip("\n") if sys.stdin is not None else ""


def words_of(given: str) -> str:
    """As `text_of`. Raises UsageError for none or too much."""
    return checked(text_of(given))


def checked(text: str) -> str:
    """Raises UsageError for words that no message can have."""
    if not text.strip():
        raise UsageError("There is nothing to send.")
    if len(text.encode()) > TEXT_LIMIT:
        raise UsageError("The message is too long. Send it in parts.")
    return text


def mentions_in(conversation: Conversation, text: str) -> tuple[UUID, ...]:
    """The members whose name stands in the text after an @; the longest name first."""
    found: list[UUID] = []
    names = [(conversation.name(row.member), row.member) for row in conversation.roster]
    for name, member in sorted(names, key=lambda one: -len(one[0])):
        if name and f"@{name}" in text:
            found.append(member)
            text = text.replace(f"@{name}", " ")
    return tuple(found[:MENTIONS_LIMIT])


def sent(message: Message, args: Namespace) -> None:
    """Says where it stands."""
    if args.json:
        output.show_json({"seq": message.seq, "hash": message.hash.hex()})
    else:
        output.say(f"Sent as #{message.seq}.")


def _about(app: App, args: Namespace, body: Callable[[bytes], Body]) -> None:
    conversation = app.conversation(args.thread)
    item = target_of(conversation, args.message)
    sent(conversation.send(body(item.message.hash)), args)
