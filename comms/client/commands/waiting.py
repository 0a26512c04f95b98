"""What waits on this computer to be sent."""

from __future__ import annotations

from argparse import Namespace
from uuid import UUID

from comms.client import output
from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import ClientError, Trouble, UsageError
from comms.client.outbox import Outbox, Unreadable, Waiting
from comms.client.remote import Remote
from comms.wire.bodies import DeletionBody, EditBody, FileBody, PinBody, ReactionBody, TextBody


def outbox(app: App, args: Namespace) -> None:
    """What is not known to have arrived; sends it now, or drops it."""
    found = app.outbox.waiting()
    if args.discard:
        _discard(app.outbox, found, args.discard)
        found = app.outbox.waiting()
    failed = _send(app, found) if args.send else None
    if args.send:
        found = app.outbox.waiting()
    if args.json:
        output.show_json([_json(one) for one in found])
    else:
        for one in found:
            what = "can't be opened" if isinstance(one, Unreadable) else _line(one)
            output.say(f"{one.name}  {output.moment(one.at)}  {one.thread}  {what}")
        if not found:
            output.say("Nothing waits on this computer.")
    if failed is not None:
        raise failed


def _send(app: App, found: list[Waiting | Unreadable]) -> ClientError | None:
    """The first reason why something of it still waits."""
    failed: ClientError | None = None
    places = {(one.workspace, one.thread): None for one in found}
    for workspace, thread in places:
        try:
            for one in _open(app, workspace, thread).saying.deliver():
                if one.message is not None:
                    app.tell(f"Sent: #{one.message.seq} in {thread}.")
                failed = failed or one.error
        except Trouble:
            raise
        except ClientError as error:
            failed = failed or error
    return failed


def _open(app: App, workspace: str, thread: UUID) -> Conversation:
    remote = Remote(app.connection, workspace)
    found = Conversation(remote, app.keys, app.log, thread, app.outbox)
    found.load()
    return found


def _discard(box: Outbox, found: list[Waiting | Unreadable], wanted: str) -> None:
    named = [one for one in found if one.name.startswith(wanted.casefold())]
    if len(named) != 1:
        raise UsageError(
            f"{'Nothing' if not named else 'Several things'} in the outbox begin with {wanted}. "
            "Take the name from: comms-cli outbox"
        )
    box.forget(named[0].name)


def _line(one: Waiting) -> str:
    match one.body:
        case TextBody(text):
            return output.line(text)[:80]
        case EditBody(_target, text):
            return f"edit: {output.line(text)[:80]}"
        case FileBody() as file:
            return f"[file] {output.line(file.name)}"
        case ReactionBody(_target, emoji):
            return f"reaction {output.line(emoji)}"
        case DeletionBody():
            return "deletion"
        case PinBody():
            return "pin"
        case _:
            return ""


def _json(one: Waiting | Unreadable) -> dict[str, object]:
    shown: dict[str, object] = {
        "name": one.name,
        "workspace": one.workspace,
        "thread": str(one.thread),
        "at": output.iso(one.at),
        "readable": isinstance(one, Waiting),
    }
    if isinstance(one, Waiting):
        shown["kind"] = type(one.body).__name__.removesuffix("Body").lower()
        shown["text"] = getattr(one.body, "text", None) or ""
    return shown
