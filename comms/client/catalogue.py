"""What there is, in groups, with examples: for `--help`."""

from __future__ import annotations

import textwrap
from typing import Any, Final, Protocol

PROGRAM: Final = "comms-cli"
TEXT: Final = "Markdown; left out, or -, reads it from standard input"
AFTER_RESET: Final = "where the vault still has the passphrase from before a reset"
PLACES: Final = {
    "thread": "the conversation: its title, a part of it, or its id",
    "message": "the number of the message, as read shows it",
    "person": "their name, a part of it, or their id",
    "title": "what it is called",
}


class Takes(Protocol):
    """A parser, or a group of its arguments."""

    def add_argument(self, *names: str, **more: Any) -> Any:
        """As argparse's."""


GROUPS: Final[dict[str, dict[str, str]]] = {
    "Getting in and out": {
        "sign-in": "open a session and your vault",
        "unlock": "open the vault again",
        "lock": "forget the keys until you unlock",
        "status": "who, where, and whether the keys are open",
        "sign-out": "end the session, here and on the server",
        "recover": "a new passphrase by mail and recovery code",
        "replace-keys": "new keys, when a browser or computer was lost",
    },
    "Reading": {
        "list": "your conversations, and what is unread",
        "read": "the newest messages, or from a number or day on",
        "follow": "messages, writing and reading, live",
        "pins": "what is pinned",
        "versions": "the words of a message before it was edited",
        "fetch": "save the file of a message",
    },
    "Writing": {
        "send": "a message in Markdown",
        "draft": "what you have begun to write, in every browser and terminal",
        "attach": "files",
        "edit": "other words for your message",
        "delete": "your message, or as an owner anybody's",
        "react": "an emoji",
        "pin": "a message on top",
        "outbox": "what is not known to have arrived",
    },
    "Feedback": {
        "feedback": "list, read, export and reply: what people answered to forms",
    },
    "Trust": {
        "verify": "the safety number with a person",
        "log": "the public log of everybody's keys",
    },
    "Who is in it": {
        "new": "open a conversation",
        "members": "who can read it",
        "add": "more people",
        "remove": "somebody is out",
        "role": "owner, member or observer",
        "title": "another title",
        "guest": "a link for somebody without an account",
        "mute": "nothing of it told outside",
        "leave": "your own seat ends",
        "continue": "go on elsewhere, where the last owner is lost",
    },
}

COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "sign-in": ("sign-in https://entente.example.org dina@example.org", "sign-in"),
    "unlock": ("unlock",),
    "lock": (),
    "status": (),
    "sign-out": (),
    "recover": ("recover https://entente.example.org dina@example.org",),
    "replace-keys": (),
    "list": ("list", "--json list | jq -r '.[] | select(.unread > 0) | .title'"),
    "read": (
        "read Ceasefire",
        "read Ceasefire --unread",
        "read Ceasefire --date 2026-11-20 --count 50",
    ),
    "follow": (
        "follow Ceasefire",
        "--json follow Ceasefire | jq -r 'select(.kind == \"text\") | .text'",
    ),
    "pins": (),
    "versions": ("versions Ceasefire 12",),
    "fetch": ("fetch Ceasefire 14 --to ~/inbox",),
    "send": (
        'send Ceasefire "Good morning, **all**" --reply 12',
        "send Ceasefire < statement.md",
    ),
    "draft": ("draft Ceasefire", 'draft Ceasefire "We propose"', "draft Ceasefire --send"),
    "attach": ('attach Ceasefire protocol.pdf --text "As agreed"',),
    "edit": ('edit Ceasefire 12 "Good evening"',),
    "delete": ("delete Ceasefire 12",),
    "react": ("react Ceasefire 12 👍", "react Ceasefire 12 👍 --remove"),
    "pin": ("pin Ceasefire 12",),
    "outbox": ("outbox", "outbox --send"),
    "feedback": (
        "feedback list",
        'feedback list "Road safety"',
        "feedback read 3f2a9c --save ~/inbox",
        'feedback export "Road safety" --decrypt --format csv --to answers.csv',
        'feedback reply 3f2a9c "Thank you. The road is open again." --attach map.pdf',
    ),
    "verify": ('verify "Pavel Partner"', 'verify Pavel --same "12345 67890 …"'),
    "log": (),
    "new": ("new Ceasefire --with Pavel --observer Edgar",),
    "members": (),
    "add": ("add Ceasefire Edgar --role observer",),
    "remove": ("remove Ceasefire Edgar",),
    "role": ("role Ceasefire Edgar owner",),
    "title": ('title Ceasefire "Ceasefire, second round"',),
    "guest": ('guest Ceasefire "Harbour desk" --days 3 --code',),
    "mute": ("mute Ceasefire", "mute Ceasefire --remove"),
    "leave": (),
    "continue": (),
}


def overview() -> str:
    """Everything there is on one page."""
    lines = ["Encrypted conversations of Entente from a terminal.", ""]
    for title, commands in GROUPS.items():
        lines.append(f"{title}:")
        lines += [f"  {name:<14}{text}" for name, text in commands.items()]
        lines.append("")
    lines += [
        "Options, before the command or after it:",
        "  --json        JSON on standard output, errors on standard error",
        "  --workspace   which one, by its name in addresses, if you are in several",
        "  --home        folder of session and pins (default: $ENTENTE_HOME)",
        "  --version     of this program",
        "  --help        this; with a command, all about it",
        "",
        "A conversation is named by its title, a part of it, or its id; a message by the number that",
        "read shows; a person by name or id. What fits several is refused.",
        "",
        *textwrap.wrap(
            "Exit codes: 0 done; 1 refused or failed; 2 asked for in a wrong way; 3 not signed in, or "
            "locked; 4 the server does not answer; 5 ALARM: something is as no honest server would show it.",
            95,
        ),
        "",
    ]
    return "\n".join(lines)
