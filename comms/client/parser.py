"""The command line: what it takes, and what it says of itself."""

from __future__ import annotations

import datetime as dt
import difflib
from argparse import (
    SUPPRESS,
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable
from importlib import metadata
from typing import Final, NoReturn

from comms.client import catalogue
from comms.client.app import App
from comms.client.commands import (
    drafting,
    feedback,
    files,
    following,
    members,
    reading,
    recovering,
    session,
    trust,
    waiting,
    writing,
)
from comms.client.errors import UsageError

Command = Callable[[App, Namespace], None]
_STDIN: Final = "--stdin"
_CASE: Final = "its id, or the beginning of its id"


class Parser(ArgumentParser):
    """Says what was wrong as every other error is said, and shows the commands in groups."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageError with the mend."""
        wrong = message.partition("invalid choice: ")[2]
        if wrong and self.prog == catalogue.PROGRAM:
            given = wrong.split("'")[1] if "'" in wrong else ""
            near = difflib.get_close_matches(given, catalogue.COMMANDS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"There is no command {given}.{hint} See: {self.prog} --help")
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See: {self.prog} --help")

    def format_help(self) -> str:
        if self.prog != catalogue.PROGRAM:
            return super().format_help()
        return f"{self.format_usage()}\n{catalogue.overview()}"


def build() -> ArgumentParser:
    """The whole of it. Its `parse_args` raises UsageError, or ends the program where help was asked for."""
    parser = Parser(prog=catalogue.PROGRAM, usage=f"{catalogue.PROGRAM} [OPTIONS] COMMAND …")
    parser.add_argument("--version", action="version", version=_version())
    _common(parser, home=None, workspace="", json=False)
    commands = _Commands(parser)
    _session(commands)
    _reading(commands)
    _writing(commands)
    _feedback(commands)
    _trust(commands)
    _members(commands)
    return parser


class _Commands:
    def __init__(self, parser: ArgumentParser, within: str = "") -> None:
        """`within`: the words before a command's own, of a group."""
        self._within = within
        self._parsers = parser.add_subparsers(
            required=True, metavar="COMMAND (one of those in --help)", dest="name"
        )

    def group(self, name: str, text: str) -> ArgumentParser:
        """For commands of two words."""
        examples = "".join(f"\n  {catalogue.PROGRAM} {one}" for one in catalogue.COMMANDS[name])
        return self._parsers.add_parser(
            name,
            prog=f"{catalogue.PROGRAM} {name}",
            description=text,
            epilog=f"for example:{examples}",
            formatter_class=RawDescriptionHelpFormatter,
        )

    def add(self, name: str, command: Command, *places: str) -> ArgumentParser:
        """A command whose help is the first sentence of its function, with examples."""
        text = (command.__doc__ or "").strip()
        more = "\n".join(line.strip() for line in text.split("\n"))
        shown = [
            one for one in catalogue.COMMANDS[self._within.strip() or name] if self._fits(one, name)
        ]
        examples = "".join(f"\n  {catalogue.PROGRAM} {one}" for one in shown)
        parser = self._parsers.add_parser(
            name,
            prog=f"{catalogue.PROGRAM} {self._within}{name}",
            description=more,
            epilog=f"for example:{examples}" if examples else None,
            formatter_class=RawDescriptionHelpFormatter,
        )
        parser.set_defaults(command=command)
        _common(parser, home=SUPPRESS, workspace=SUPPRESS, json=SUPPRESS)
        for place in places:
            kind = _number if place == "message" else str
            parser.add_argument(
                place, metavar=place.upper(), type=kind, help=catalogue.PLACES[place]
            )
        return parser

    def _fits(self, example: str, name: str) -> bool:
        return not self._within or example.startswith(f"{self._within}{name}")


def _common(parser: ArgumentParser, *, home: object, workspace: object, json: object) -> None:
    """Before the command or after it."""
    group = parser.add_argument_group("everywhere")
    group.add_argument("--json", action="store_true", default=json, help="JSON, errors too")
    group.add_argument(
        "--workspace", metavar="NAME", default=workspace, help="its name in addresses"
    )
    group.add_argument("--home", metavar="FOLDER", default=home, help="of session and pins")


def _session(commands: _Commands) -> None:
    parser = commands.add("sign-in", session.sign_in)
    _where(parser)
    parser.add_argument(
        _STDIN, action="store_true", help="passphrase, code, recovery code: a line each"
    )
    parser.add_argument("--recovery-code", action="store_true", help=catalogue.AFTER_RESET)
    parser = commands.add("recover", recovering.recover)
    _where(parser)
    parser.add_argument("--link", default="", help="the mailed one, if you have it already")
    parser.add_argument(
        _STDIN, action="store_true", help="link, passphrase, recovery code, code: a line each"
    )
    parser = commands.add("unlock", session.unlock)
    parser.add_argument(
        _STDIN, action="store_true", help="passphrase or recovery code on standard input"
    )
    parser.add_argument("--recovery-code", action="store_true", help="instead of the passphrase")
    parser = commands.add("replace-keys", session.replace)
    parser.add_argument(
        _STDIN, action="store_true", help="passphrase, then the new code: a line each"
    )
    commands.add("lock", session.lock)
    commands.add("sign-out", session.sign_out)
    commands.add("status", session.status)


def _where(parser: ArgumentParser) -> None:
    parser.add_argument(
        "server", metavar="SERVER", nargs="?", help="https://…; the last one if left out"
    )
    parser.add_argument("email", metavar="EMAIL", nargs="?", help="your address")
    parser.add_argument("--code", default="", help="of the second step, if you have one")


def _reading(commands: _Commands) -> None:
    commands.add("list", reading.list_threads)
    parser = commands.add("read", reading.read, "thread")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="from the first message on")
    which.add_argument("--unread", action="store_true", help="only what is new for you")
    which.add_argument("--before", type=_number, metavar="NUMBER", help="those before this message")
    which.add_argument("--after", type=_number, metavar="NUMBER", help="those after this message")
    which.add_argument(
        "--date", type=_day, metavar="DAY", help="from 2026-11-23, or 2026-11-23T14:30, on"
    )
    _how_many(parser, "20, and all that is new")
    parser = commands.add("follow", following.follow, "thread")
    parser.add_argument("--poll", action="store_true", help="by waiting requests, without a socket")
    _how_many(parser, "10, and all that is new")
    commands.add("pins", reading.pins, "thread")
    commands.add("versions", reading.versions, "thread", "message")


def _how_many(parser: ArgumentParser, usual: str) -> None:
    parser.add_argument("--count", type=_number, metavar="N", help=f"messages at first ({usual})")
    parser.add_argument(
        "--no-receipt", action="store_true", help="don't tell the others that you read"
    )


def _writing(commands: _Commands) -> None:
    parser = commands.add("send", writing.send, "thread")
    parser.add_argument("text", metavar="TEXT", nargs="?", default="-", help=catalogue.TEXT)
    _reply(parser)
    parser = commands.add("draft", drafting.draft, "thread")
    parser.add_argument(
        "text", metavar="TEXT", nargs="?", help="what to keep; - reads standard input"
    )
    about = parser.add_mutually_exclusive_group()
    _reply(about)
    about.add_argument(
        "--edit", type=_number, metavar="NUMBER", help="other words for your message"
    )
    parser.add_argument(
        "--replace", action="store_true", help="whatever was written elsewhere meanwhile"
    )
    parser.add_argument("--send", action="store_true", help="sends it, and clears it")
    parser.add_argument("--clear", action="store_true", help="drops it")
    parser = commands.add("edit", writing.edit, "thread", "message")
    parser.add_argument("text", metavar="TEXT", nargs="?", default="-", help=catalogue.TEXT)
    commands.add("delete", writing.delete, "thread", "message")
    parser = commands.add("react", writing.react, "thread", "message")
    parser.add_argument("emoji", metavar="EMOJI")
    parser.add_argument("--remove", action="store_true", help="takes it back")
    parser = commands.add("pin", writing.pin, "thread", "message")
    parser.add_argument("--remove", action="store_true", help="not pinned any more")
    parser = commands.add("attach", files.attach, "thread")
    parser.add_argument("files", metavar="FILE", nargs="+", help="up to 100 MiB each")
    parser.add_argument(
        "--text", default="", help="words beside the first file; - reads standard input"
    )
    _reply(parser)
    parser = commands.add("fetch", files.fetch, "thread", "message")
    parser.add_argument("--to", default="", metavar="PATH", help="a path, or a folder")
    parser.add_argument("--force", action="store_true", help="replaces what is there")
    parser = commands.add("outbox", waiting.outbox)
    parser.add_argument("--send", action="store_true", help="sends all of it now")
    parser.add_argument(
        "--discard", default="", metavar="NAME", help="drops the one that begins so"
    )


def _feedback(commands: _Commands) -> None:
    parser = commands.group("feedback", "What people answered to forms, opened by their readers.")
    acts = _Commands(parser, "feedback ")
    parser = acts.add("list", feedback.list_forms)
    parser.add_argument(
        "form", metavar="FORM", nargs="?", default="", help="its cases: title or id"
    )
    parser = acts.add("read", feedback.read)
    parser.add_argument("case", metavar="CASE", help=_CASE)
    parser.add_argument("--save", default="", metavar="FOLDER", help="saves the files there")
    parser.add_argument("--force", action="store_true", help="replaces what is there")
    parser = acts.add("export", feedback.export)
    parser.add_argument("form", metavar="FORM", help="its title, a part of it, or its id")
    parser.add_argument(
        "--decrypt", action="store_true", help="opens sealed answers, which is noted"
    )
    parser.add_argument(
        "--format", choices=["json", "csv"], default="json", help="json (usual) or csv"
    )
    parser.add_argument("--to", default="", metavar="PATH", help="a file for you alone")
    parser.add_argument("--force", action="store_true", help="replaces what is there")
    parser = acts.add("reply", feedback.reply)
    parser.add_argument("case", metavar="CASE", help=_CASE)
    parser.add_argument("text", metavar="TEXT", nargs="?", default="-", help=catalogue.TEXT)
    parser.add_argument(
        "--attach", action="append", default=[], metavar="FILE", help="up to 20 MiB each"
    )


def _reply(parser: catalogue.Takes) -> None:
    parser.add_argument("--reply", type=_number, metavar="NUMBER", help="the message it answers")


def _trust(commands: _Commands) -> None:
    parser = commands.add("verify", trust.verify, "person")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--same", metavar="NUMBER", help="what they read out to you: marks as verified"
    )
    how.add_argument("--accept", action="store_true", help="changed keys, once you have asked them")
    how.add_argument("--undo", action="store_true", help="not verified any more")
    commands.add("log", trust.check_log)


def _members(commands: _Commands) -> None:
    parser = commands.add("new", members.new, "title")
    parser.add_argument(
        "--with", dest="people", action="append", default=[], metavar="NAME", help="member"
    )
    parser.add_argument(
        "--observer", action="append", default=[], metavar="NAME", help="only reads"
    )
    commands.add("members", members.members, "thread")
    parser = commands.add("add", members.add, "thread")
    parser.add_argument("people", metavar="PERSON", nargs="+", help=catalogue.PLACES["person"])
    parser.add_argument("--role", choices=["owner", "member", "observer"], default="member")
    parser.add_argument("--from-now", action="store_true", help="no earlier messages")
    parser = commands.add("guest", members.guest, "thread")
    parser.add_argument("label", metavar="LABEL", help="what you call them")
    parser.add_argument("--days", type=_days, default=7, metavar="N", help="1 to 90 (7)")
    parser.add_argument("--code", action="store_true", help="asks for a code to open it with")
    parser.add_argument(_STDIN, action="store_true", help="the code is on standard input")
    parser.add_argument("--everything", action="store_true", help="earlier messages too")
    parser = commands.add("mute", members.mute, "thread")
    parser.add_argument("--remove", action="store_true", help="not muted any more")
    commands.add("remove", members.remove, "thread", "person")
    parser = commands.add("role", members.role, "thread", "person")
    roles = ["owner", "member", "observer"]
    parser.add_argument("role", metavar="ROLE", choices=roles, help="owner, member or observer")
    commands.add("title", members.title, "thread", "title")
    commands.add("leave", members.leave, "thread")
    commands.add("continue", members.go_on, "thread")


def _version() -> str:
    try:
        return f"{catalogue.PROGRAM} {metadata.version('comms')}"
    except metadata.PackageNotFoundError:
        return f"{catalogue.PROGRAM}, not installed"


def _number(text: str) -> int:
    given = text.removeprefix("#")
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given) < 2**53:
        raise ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(given)


def _days(text: str) -> int:
    found = _number(text)
    if found > 90:
        raise ArgumentTypeError("a link is good for 1 to 90 days")
    return found


def _day(text: str) -> dt.datetime:
    """In this computer's zone, unless it names one."""
    try:
        found = dt.datetime.fromisoformat(text)
        return found.astimezone() if found.tzinfo is None else found
    except (ValueError, OverflowError, OSError) as error:
        raise ArgumentTypeError(
            f"{text} is no day such as 2026-11-23, or 2026-11-23T14:30"
        ) from error
