"""Listing conversations, and reading one."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace
from collections.abc import Sequence

from comms.client import output, successor
from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.drafts import Drafts
from comms.client.errors import UsageError
from comms.client.showing import DIVIDER, Showing
from comms.client.talk import Item

_USUAL = 20


def list_threads(app: App, args: Namespace) -> None:
    """Your conversations, the newest activity first."""
    entries = app.threads()
    drafts = Drafts(app.remote, app.keys).all() if entries else {}
    waiting = [one.thread for one in app.outbox.waiting()]
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
                    "draft": one.listed.id in drafts,
                    "waiting": waiting.count(one.listed.id),
                }
                for one in entries
            ]
        )
        return
    if not entries:
        output.say("You are in no conversation. Open one: comms-cli new TITLE --with NAME")
    for one in entries:
        title = "Untitled: open it to see why" if one.title is None else output.line(one.title)
        unread = max(0, one.listed.head.seq - one.listed.read_up_to)
        marks = [f"{unread} unread"] if unread else []
        marks += ["draft"] if one.listed.id in drafts else []
        marks += [f"{waiting.count(one.listed.id)} not sent"] if one.listed.id in waiting else []
        mark = f"  ({', '.join(marks)})" if marks else ""
        output.say(f"{one.listed.id}  {output.moment(one.listed.activity_at)}  {title}{mark}")


def read(app: App, args: Namespace) -> None:
    """What was said: the newest, or from a message or a day on."""
    conversation = app.conversation(args.thread)
    showing = Showing(conversation)
    items = _wanted(conversation, args)
    if not args.json:
        for sentence in successor.sentences(app, conversation):
            output.say(sentence)
    show(showing, items, args)
    kept = Drafts(app.remote, app.keys).load(conversation.thread)
    if kept.draft is not None or not kept.is_readable:
        if args.json:
            output.show_json(showing.draft_json(kept))
        else:
            for line in showing.draft_lines(kept):
                output.say(line)
    mark_read(conversation, showing, items, args)


def pins(app: App, args: Namespace) -> None:
    """What is pinned."""
    conversation = app.conversation(args.thread)
    showing = Showing(conversation)
    targets = conversation.pins()
    conversation.reach(lambda: all(conversation.talk.find(one) for one in targets))
    found = [item for one in targets if (item := conversation.talk.find(one)) is not None]
    for item in found:
        _show_item(showing, item, args)
    if not found and not args.json:
        output.say("Nothing is pinned here.")


def versions(app: App, args: Namespace) -> None:
    """The words that a message had before it was edited, the first ones first."""
    conversation = app.conversation(args.thread)
    item = conversation.item_at(args.message)
    if item is None or item.kind not in {"text", "file"}:
        raise UsageError(f"There is no message #{args.message} whose words could be shown.")
    now = [item.edited] if item.edited else []
    found = [*item.versions, *now]
    if args.json:
        rows = [{"seq": one.seq, "at": output.iso(one.at), "text": one.text} for one in found]
        output.show_json(rows)
        return
    if not found:
        output.say(f"#{args.message} was never edited.")
    for one in found:
        output.say(f"{output.moment(one.at)}{'  (now)' if one is item.edited else ''}")
        for line in output.plain(one.text).split("\n"):
            output.say(f"    {line}")


def newest(conversation: Conversation, count: int | None, *, unread: bool = True) -> Sequence[Item]:
    """The last `count` things that are shown, or all, loading earlier pages as needed; with `unread` at least
    everything that is new for this person."""
    if count is None:
        conversation.reach(lambda: False)
        return conversation.talk.items
    wanted = count
    if unread:
        conversation.reach(lambda: conversation.timeline.start.seq <= conversation.read_up_to)
    conversation.reach(lambda: len(conversation.talk.items) >= wanted)
    items = conversation.talk.items
    if unread:
        new = [one for one in items if one.message.seq > conversation.read_up_to]
        count = max(count, len(new))
    return items[-count:] if count else ()


def show(showing: Showing, items: Sequence[Item], args: Namespace) -> None:
    """As text with the divider of what is new, or as one JSON document each."""
    first = next((one for one in items if showing.is_unread(one)), None)
    standing = showing.standing(items)
    for item in items:
        if args.json:
            output.show_json(showing.json(item))
            continue
        if item is first:
            output.say(DIVIDER)
        for line in showing.lines(item, stand=standing.get(item.message.hash, ())):
            output.say(line)


def mark_read(
    conversation: Conversation, showing: Showing, items: Sequence[Item], args: Namespace
) -> None:
    """Counts everything as read if all that was new was shown, and somebody was there to see it."""
    new = [one for one in conversation.talk.items if showing.is_unread(one)]
    shown = {one.message.seq for one in items}
    if output.is_read() and all(one.message.seq in shown for one in new):
        conversation.mark_read(receipt=not args.no_receipt)


def _wanted(conversation: Conversation, args: Namespace) -> Sequence[Item]:
    count = _USUAL if args.count is None else args.count
    if args.all:
        return newest(conversation, None)
    if args.unread:
        return newest(conversation, 0)
    if args.before is not None:
        conversation.reach(lambda: len(_until(conversation, args.before)) >= count)
        return _until(conversation, args.before)[-count:]
    if args.after is not None:
        after: int = args.after
        conversation.reach(lambda: conversation.timeline.start.seq <= after)
        items = conversation.talk.items
        return [one for one in items if one.message.seq > args.after][:count]
    if args.date is not None:
        return _since(conversation, args.date)[:count]
    return newest(conversation, count, unread=args.count is None)


def _until(conversation: Conversation, seq: int) -> list[Item]:
    return [one for one in conversation.talk.items if one.message.seq < seq]


def _since(conversation: Conversation, day: dt.datetime) -> list[Item]:
    """From the first thing on that was said then or later, by its author's clock."""
    begin = int(day.timestamp() * 1000)

    def is_earlier(item: Item) -> bool:
        return 0 < item.message.at < begin

    conversation.reach(lambda: any(map(is_earlier, conversation.talk.items)))
    items = conversation.talk.items
    at = next((n for n, one in enumerate(items) if one.message.at >= begin), len(items))
    return items[at:]


def _show_item(showing: Showing, item: Item, args: Namespace) -> None:
    if args.json:
        output.show_json(showing.json(item))
        return
    for line in showing.lines(item):
        output.say(line)
