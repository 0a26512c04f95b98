"""Attaching and fetching files."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from comms.client import output
from comms.client.app import App
from comms.client.commands.writing import mentions_in, sent, target_of, words_of
from comms.client.errors import ServerError, UsageError
from comms.client.files import Progress, Uploads, download, plain_name, upload
from comms.wire.bodies import TextBody

# Words above this size don't fit beside a file in one envelope.
_BESIDE = 16 * 1024


def attach(app: App, args: Namespace) -> None:
    """Each file becomes a message; the words go with the first."""
    text = words_of(args.text) if args.text else ""
    conversation = app.conversation(args.thread)
    conversation.prepare()
    reply_to = target_of(conversation, args.reply).message.hash if args.reply else None
    uploads = Uploads(app.keys)
    if len(text.encode()) > _BESIDE:
        sent(conversation.send(TextBody(text, reply_to, mentions_in(conversation, text))), args)
        text = ""
    for path in [Path(one) for one in args.files]:
        body = upload(app.remote, app.keys, conversation.thread, path, _progress(args, path.name))
        if text:
            body = replace(body, text=text, mentions=mentions_in(conversation, text))
        message = conversation.send(replace(body, reply_to=reply_to))
        uploads.forget(body.blob)
        sent(message, args)
        text, reply_to = "", None


def fetch(app: App, args: Namespace) -> None:
    """The file of a message, to a path or into a folder."""
    conversation = app.conversation(args.thread)
    item = target_of(conversation, args.message)
    if item.file is None:
        raise UsageError(f"There is no file at #{args.message}.")
    target = Path(args.to) if args.to else Path()
    if target.is_dir():
        target = target / plain_name(item.file.name)
    if target.exists() and not args.force:
        raise UsageError(
            f"{target} is there already. Say --force to replace it, or --to another path."
        )
    try:
        progress = _progress(args, target.name)
        download(app.remote, conversation.thread, item.file, target, progress)
    except ServerError as error:
        if error.status == 404:
            raise UsageError("This file is not here any more.", code="gone") from error
        raise
    if args.json:
        output.show_json({"path": str(target), "sha256": item.file.sha256.hex()})
    else:
        output.say(f"Saved and checked: {target}")


def _progress(args: Namespace, name: str) -> Progress:
    def tell(done: int, total: int) -> None:
        if not args.json and sys.stderr.isatty():
            output.complain(f"{output.line(name)}: {output.size(done)} of {output.size(total)}")

    return tell
