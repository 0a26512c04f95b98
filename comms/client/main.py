"""The command line: what it takes, and what comes back to the shell."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, _SubParsersAction
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from comms.client import output
from comms.client.app import App
from comms.client.commands import files, members, reading, session, trust, writing
from comms.client.errors import ALARM, ClientError, Trouble
from comms.client.store import Home, default_home
from comms.wire.errors import WireError

STOPPED: Final = 130
_WEAK: Final = (
    "The server asks for weaker protection of your passphrase than is safe. Nothing was sent. "
    "Tell your administrator."
)
_BROKEN: Final = (
    "What the server sent was changed or is broken ({code}). Nothing of it was used. "
    "If it happens again, tell your administrator."
)

Command = Callable[[App, Namespace], None]
_EXITS: Final = """\
exit codes: 0 done; 1 refused or failed; 2 asked for in a wrong way; 3 not signed in, or locked;
4 the server does not answer; 5 ALARM: something is as no honest server would show it."""


def run() -> None:
    """The entry point."""
    sys.exit(main(sys.argv[1:]))


def main(words: Sequence[str]) -> int:
    """Does what the words say; the exit code."""
    args = _parser().parse_args(words)
    app: App | None = None
    try:
        app = App(Home(Path(args.home) if args.home else default_home()), args.workspace)
        command: Command = args.command
        command(app, args)
        app.finish()
    except Trouble as trouble:
        return _fail(args, trouble.code, _alarm(trouble, app), ALARM)
    except ClientError as error:
        return _fail(args, error.code, error.sentence, error.exit_code)
    except WireError as error:
        sentence = _WEAK if error.code == "weak" else _BROKEN.format(code=error.code)
        return _fail(args, error.code, sentence, ALARM)
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # Whoever read on has gone; nothing may be flushed into it at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED
    finally:
        if app is not None:
            app.close()
    return 0


def _alarm(trouble: Trouble, app: App | None) -> str:
    return trust.names_in(trouble, app) if app is not None else trouble.sentence


def _fail(args: Namespace, code: str, sentence: str, exit_code: int) -> int:
    if args.json:
        import json

        output.complain(json.dumps({"error": {"code": code, "sentence": sentence}}))
    elif exit_code == ALARM:
        output.complain(f"\a!!! ALARM ({code})\n!!! {sentence}")
    else:
        output.complain(output.plain(sentence))
    return exit_code


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="comms-cli",
        description="Encrypted conversations of Entente from a terminal.",
        epilog=_EXITS,
    )
    parser.add_argument("--home", help="folder for session and pins (default: $ENTENTE_HOME)")
    parser.add_argument("--workspace", default="", help="its name in addresses")
    parser.add_argument("--json", action="store_true", help="JSON on standard output, errors too")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _session(commands)
    _reading(commands)
    _writing(commands)
    _trust(commands)
    _members(commands)
    return parser


def _add(
    commands: _SubParsersAction[ArgumentParser], name: str, command: Command, *places: str
) -> ArgumentParser:
    """A command whose help is the first sentence of its function."""
    text = (command.__doc__ or "").split("\n")[0]
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=command)
    for place in places:
        parser.add_argument(place)
    return parser


def _session(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _add(commands, "sign-in", session.sign_in)
    parser.add_argument("server", nargs="?", help="https://…")
    parser.add_argument("email", nargs="?")
    parser.add_argument("--code", default="", help="of the second step")
    parser.add_argument("--stdin", action="store_true", help="passphrase, then code, a line each")
    parser = _add(commands, "unlock", session.unlock)
    parser.add_argument("--stdin", action="store_true", help="the passphrase is on standard input")
    parser = _add(commands, "replace-keys", session.replace)
    parser.add_argument(
        "--stdin", action="store_true", help="passphrase, then the code, a line each"
    )
    _add(commands, "lock", session.lock)
    _add(commands, "sign-out", session.sign_out)
    _add(commands, "status", session.status)


def _reading(commands: _SubParsersAction[ArgumentParser]) -> None:
    _add(commands, "list", reading.list_threads)
    parser = _add(commands, "read", reading.read, "thread")
    parser.add_argument("--all", action="store_true", help="from the first message on")
    _how_many(parser, 20)
    parser = _add(commands, "follow", reading.follow, "thread")
    parser.add_argument("--poll", action="store_true", help="by waiting requests, without a socket")
    _how_many(parser, 10)


def _how_many(parser: ArgumentParser, count: int) -> None:
    parser.add_argument("--count", type=_number, default=count, help=f"messages ({count})")
    parser.add_argument("--no-receipt", action="store_true", help="don't tell the others")


def _writing(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _add(commands, "send", writing.send, "thread", "text")
    parser.add_argument("--reply", type=_number, help="the number of the message it answers")
    _on_message(commands, "edit", writing.edit).add_argument("text")
    _on_message(commands, "delete", writing.delete)
    parser = _on_message(commands, "react", writing.react)
    parser.add_argument("emoji")
    parser.add_argument("--remove", action="store_true")
    parser = _on_message(commands, "pin", writing.pin)
    parser.add_argument("--remove", action="store_true")
    parser = _add(commands, "attach", files.attach, "thread")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--text", default="", help="words beside the first file")
    parser.add_argument("--reply", type=_number, help="the number of the message it answers")
    parser = _on_message(commands, "fetch", files.fetch)
    parser.add_argument("--to", default="", help="a path, or a folder")
    parser.add_argument("--force", action="store_true", help="replace what is there")


def _on_message(
    commands: _SubParsersAction[ArgumentParser], name: str, command: Command
) -> ArgumentParser:
    parser = _add(commands, name, command, "thread")
    parser.add_argument("message", type=_number, help="its number, as read shows it")
    return parser


def _trust(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _add(commands, "verify", trust.verify, "person")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--same", metavar="NUMBER", help="what they read out to you: marks as verified"
    )
    how.add_argument("--accept", action="store_true", help="changed keys, once you have asked them")
    how.add_argument("--undo", action="store_true", help="not verified any more")
    _add(commands, "log", trust.check_log)


def _members(commands: _SubParsersAction[ArgumentParser]) -> None:
    parser = _add(commands, "new", members.new, "title")
    parser.add_argument("--with", dest="people", action="append", default=[], metavar="NAME")
    parser.add_argument("--observer", action="append", default=[], metavar="NAME")
    _add(commands, "members", members.members, "thread")
    parser = _add(commands, "add", members.add, "thread")
    parser.add_argument("people", nargs="+", metavar="person")
    parser.add_argument("--role", choices=["owner", "member", "observer"], default="member")
    parser.add_argument("--from-now", action="store_true", help="no earlier messages")
    parser = _add(commands, "guest", members.guest, "thread", "label")
    parser.add_argument("--days", type=int, choices=range(1, 91), default=7, metavar="DAYS")
    parser.add_argument("--code", action="store_true", help="asks for a code to open it with")
    parser.add_argument("--everything", action="store_true", help="earlier messages too")
    parser = _add(commands, "mute", members.mute, "thread")
    parser.add_argument("--remove", action="store_true", help="not muted any more")
    _add(commands, "remove", members.remove, "thread", "person")
    parser = _add(commands, "role", members.role, "thread", "person")
    parser.add_argument("role", choices=["owner", "member", "observer"])
    _add(commands, "title", members.title, "thread", "title")
    _add(commands, "leave", members.leave, "thread")
    _add(commands, "continue", members.go_on, "thread")


def _number(text: str) -> int:
    given = text.removeprefix("#")
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given) < 2**53:
        raise ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(given)
