"""What one has begun to write, which follows to every browser and terminal."""

from __future__ import annotations

from argparse import Namespace

from comms.client import output
from comms.client.app import App
from comms.client.commands.writing import mentions_in, sent, target_of, text_of
from comms.client.conversation import Conversation
from comms.client.drafts import Drafts, Kept, OvertakenError, made
from comms.client.errors import UsageError
from comms.client.showing import Showing
from comms.wire.bodies import Body, EditBody, TextBody


def draft(app: App, args: Namespace) -> None:
    """What you have begun to write in a conversation: shows it, writes it, sends it or clears it."""
    writes = args.text is not None or args.reply is not None or args.edit is not None
    if writes + args.clear + args.send > 1:
        raise UsageError("Either write the draft, or --clear it, or --send it.")
    conversation = app.conversation(args.thread)
    drafts = Drafts(app.remote, app.keys)
    if args.clear:
        drafts.save(conversation.thread, None, replace=True)
        _say(args, "Cleared.")
    elif args.send:
        _send(conversation, drafts, args)
    elif writes:
        _write(conversation, drafts, args)
    else:
        _show(conversation, drafts.load(conversation.thread), args)


def _show(conversation: Conversation, kept: Kept, args: Namespace) -> None:
    target = (kept.draft.edits or kept.draft.reply_to) if kept.draft else None
    if target is not None:
        conversation.reach(lambda: conversation.talk.find(target) is not None)
    showing = Showing(conversation)
    if args.json:
        output.show_json(showing.draft_json(kept))
        return
    for line in showing.draft_lines(kept) or ["You have begun to write nothing here."]:
        output.say(line)


def _write(conversation: Conversation, drafts: Drafts, args: Namespace) -> None:
    text = "" if args.text is None else text_of(args.text)
    answered = target_of(conversation, args.reply).message.hash if args.reply else None
    edited = None
    if args.edit:
        item = target_of(conversation, args.edit)
        if item.message.sender != conversation.keys.user:
            raise UsageError("Only your own messages can be edited.")
        edited, text = item.message.hash, text or item.text
    fresh = made(text, answered, edited)
    try:
        drafts.save(conversation.thread, fresh, replace=args.replace)
    except OvertakenError as error:
        if not args.json:
            for line in Showing(conversation).draft_lines(error.kept):
                output.complain(line)
        raise
    _say(args, "Kept. It follows you to your browsers and terminals.")


def _send(conversation: Conversation, drafts: Drafts, args: Namespace) -> None:
    kept = drafts.load(conversation.thread)
    if not kept.is_readable:
        raise UsageError("Your draft can't be opened here. Send it from where you wrote it.")
    if kept.draft is None or not kept.draft.text.strip():
        raise UsageError("There is nothing in your draft to send.")
    text, mentions = kept.draft.text, mentions_in(conversation, kept.draft.text)
    body: Body = TextBody(text, kept.draft.reply_to, mentions)
    if kept.draft.edits is not None:
        body = EditBody(kept.draft.edits, text, mentions)
    message = conversation.send(body)
    # Only the one that was sent: what was written elsewhere meanwhile stays.
    try:
        drafts.save(conversation.thread, None)
    except OvertakenError as error:
        if not args.json:
            output.complain(f"Sent; another draft is kept. {error.sentence}")
    sent(message, args)


def _say(args: Namespace, sentence: str) -> None:
    if args.json:
        output.show_json({"done": True})
    else:
        output.say(sentence)
