"""Listing, reading, following."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from comms.client import output
from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import ClientError, UnreachableError
from comms.client.live import Event, listen
from comms.client.rotation import now
from comms.client.talk import Item
from comms.client.timeline import Message
from comms.wire.bodies import DeletionBody, EditBody, PinBody, ReactionBody

_FLUSH_EVERY = 60_000


def list_threads(app: App, args: Namespace) -> None:
    """The person's conversations, the newest activity first."""
    entries = app.threads()
    if args.json:
        output.show_json(
            [
                {
                    "id": str(one.listed.id),
                    "title": one.title,
                    "unread": max(0, one.listed.head.seq - one.listed.read_up_to),
                    "messages": one.listed.head.seq,
                    "activity_at": output.iso(one.listed.activity_at),
                    "members": [str(member) for member in one.members],
                }
                for one in entries
            ]
        )
        return
    if not entries:
        output.say("You are in no conversation.")
    for one in entries:
        title = "Untitled: open it to see why" if one.title is None else output.line(one.title)
        unread = max(0, one.listed.head.seq - one.listed.read_up_to)
        mark = f"  ({unread} unread)" if unread else ""
        output.say(f"{one.listed.id}  {output.moment(one.listed.activity_at)}  {title}{mark}")


def read(app: App, args: Namespace) -> None:
    """The newest messages of a conversation, or all of them."""
    conversation = app.conversation(args.thread)
    items = newest(conversation, None if args.all else args.count)
    show(conversation, items, args)
    conversation.mark_read(receipt=not args.no_receipt)


def follow(app: App, args: Namespace) -> None:
    """The newest messages, then whatever happens, until it is stopped."""
    conversation = app.conversation(args.thread)
    show(conversation, newest(conversation, args.count), args)
    conversation.mark_read(receipt=not args.no_receipt)
    flushed = now()
    app.finish()
    for event in listen(app.connection, app.remote.workspace, sockets=not args.poll):
        try:
            _happen(conversation, event, args)
            if event.kind != "lost":
                conversation.mark_read(receipt=not args.no_receipt)
        except UnreachableError as error:
            # The connection comes back with the next `ready`, and what was missed with it.
            output.complain(error.sentence)
            continue
        if now() - flushed >= _FLUSH_EVERY:
            flushed = now()
            app.finish()


def newest(conversation: Conversation, count: int | None) -> Sequence[Item]:
    """The last `count` things that are shown, or all, loading earlier pages as needed."""
    if count is None:
        conversation.reach(lambda: False)
        return conversation.talk.items
    conversation.reach(lambda: len(conversation.talk.items) >= count)
    return conversation.talk.items[-count:] if count else ()


def show(conversation: Conversation, items: Sequence[Item], args: Namespace) -> None:
    """As text, or as one JSON document each."""
    for item in items:
        show_item(conversation, item, args)


def show_item(conversation: Conversation, item: Item, args: Namespace) -> None:
    def place(target: bytes) -> int | None:
        found = conversation.talk.find(target)
        return found.message.seq if found else None

    if args.json:
        output.show_json(output.item_json(item, conversation.name, place))
    else:
        for line in output.item_lines(item, conversation.name, place):
            output.say(line)


def _happen(conversation: Conversation, event: Event, args: Namespace) -> None:
    if event.kind == "lost":
        if not args.json:
            output.complain("No connection. Trying again.")
        return
    if event.kind == "ready":
        if not args.json:
            output.complain(f"Live, by {event.way}.")
        _tell(conversation, conversation.come_back(), args)
        return
    if event.thread != conversation.thread:
        return
    if event.kind == "revoked":
        raise ClientError(
            "You are not in this conversation any more. New messages do not reach you.",
            code="revoked",
        )
    if event.kind == "envelope":
        _tell(conversation, conversation.receive(event.head, event.raw), args)
    elif event.kind == "epoch":
        _tell(conversation, conversation.catch_up(), args)
    elif event.kind == "added":
        # Seen already, and added again: with the keys of earlier messages.
        _tell(conversation, conversation.catch_up(), args)
        known = conversation.head.seq
        conversation.reopen()
        show(
            conversation, [one for one in conversation.talk.items if one.message.seq > known], args
        )
    elif event.kind == "ephemeral":
        conversation.take_receipts([event.raw])


def _tell(conversation: Conversation, messages: Sequence[Message], args: Namespace) -> None:
    for message in messages:
        item = conversation.talk.find(message.hash)
        if item is not None:
            show_item(conversation, item, args)
            continue
        act = _act(conversation, message)
        if act is None:
            continue
        if args.json:
            output.show_json(act)
        else:
            who, what = output.line(conversation.name(message.sender)), act["kind"]
            output.say(
                f"#{message.seq}  {who}: {what} #{act['target'] or '?'} {act['detail']}".rstrip()
            )


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
        "at": output.iso(message.at),
        "detail": detail,
    }
