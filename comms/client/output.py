"""What is shown in the terminal. What others wrote can't move the cursor or hide anything."""

from __future__ import annotations

import datetime as dt
import json
import sys
import unicodedata
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from comms.client.talk import Item

_KEPT: Final = "\n\t"
# Letters that turn the direction of what follows round.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Names = Callable[[UUID | None], str]


def plain(text: str) -> str:
    """The text without control characters: no escape sequence of a terminal survives."""
    return "".join(
        "\ufffd"
        if (unicodedata.category(letter) == "Cc" and letter not in _KEPT) or letter in _TURNING
        else letter
        for letter in text
    )


def line(text: str) -> str:
    """The same in one line, its direction its own."""
    flat = " ".join(plain(text).split())
    return f"\u2068{flat}\u2069" if any(_is_rtl(letter) for letter in flat) else flat


def say(text: str) -> None:
    """A line for the person."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show_json(value: Any) -> None:
    """One JSON document in one line; everything but ASCII is escaped."""
    say(json.dumps(value))


def complain(text: str) -> None:
    """A line beside the data: errors, progress."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def moment(millis: int) -> str:
    """In the zone of this computer, which is named."""
    try:
        at = dt.datetime.fromtimestamp(millis / 1000, tz=dt.UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return "?"
    return at.strftime("%Y-%m-%d %H:%M %Z")


def iso(millis: int) -> str | None:
    """RFC 3339 in UTC; None beyond the calendar."""
    try:
        return dt.datetime.fromtimestamp(millis / 1000, tz=dt.UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def size(count: int) -> str:
    """12 B, 3.4 KiB, 5.6 MiB."""
    if count < 1024:
        return f"{count} B"
    value, unit = count / 1024, "KiB"
    if value >= 1024:
        value, unit = value / 1024, "MiB"
    return f"{value:.1f} {unit}"


_SENTENCES: Final = {
    "earlier": "This message is from before you joined, and you have no key for it.",
    "newer": "This message needs a newer version of comms-cli.",
    "destroyed": "This message was removed when its time was up.",
    "broken": "This message can't be read: its sender's program sealed it wrongly. Ask them to send it again.",
}


def item_lines(item: Item, names: Names, places: Callable[[bytes], int | None]) -> list[str]:
    """One message as the person reads it."""
    message = item.message
    edited = " (edited)" if item.versions else ""
    lines = [f"#{message.seq}  {moment(message.at)}  {line(names(message.sender))}{edited}"]
    if message.missing == "destroyed":
        lines = [f"#{message.seq}"]
    if item.reply_to is not None:
        place = places(item.reply_to)
        lines.append(f"    answers #{place}" if place else "    answers an earlier message")
    if item.kind == "deleted":
        lines.append(f"    Deleted by {line(names(item.deleted_by))}.")
    elif item.kind == "introduction":
        lines.append(f"    Joined as a guest: {line(item.text)}")
    elif item.kind in _SENTENCES:
        lines.append(f"    {_SENTENCES[item.kind]}")
    if item.file is not None:
        lines.append(f"    [file] {line(item.file.name)}, {size(item.file.size)}")
    if item.kind in {"text", "file"} and item.text:
        lines += [f"    {one}" for one in plain(item.text).split("\n")]
    if item.reactions:
        shown = (f"{line(emoji)} {len(who)}" for emoji, who in item.reactions.items())
        lines.append("    " + "  ".join(shown))
    return lines


def item_json(item: Item, names: Names, places: Callable[[bytes], int | None]) -> dict[str, Any]:
    """The same for a script. The key of a file is not in it."""
    message = item.message
    found: dict[str, Any] = {
        "seq": message.seq,
        "hash": message.hash.hex(),
        "at": iso(message.at),
        "sender": str(message.sender) if message.sender else None,
        "name": names(message.sender),
        "kind": item.kind,
        "text": item.text,
        "edits": list(item.versions),
        "mentions": [str(one) for one in item.mentions],
        "reactions": {emoji: [str(one) for one in who] for emoji, who in item.reactions.items()},
    }
    if item.reply_to is not None:
        found["reply_to"] = places(item.reply_to) or item.reply_to.hex()
    if item.file is not None:
        found["file"] = {
            "name": item.file.name,
            "type": item.file.media_type,
            "size": item.file.size,
            "sha256": item.file.sha256.hex(),
        }
    return found


def _is_rtl(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL", "AN"}
