"""What is shown in the terminal. What others wrote can't move the cursor or hide anything."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import unicodedata
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, Final, TextIO

_KEPT: Final = "\n\t"
# Letters that turn the direction of what follows round.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_CLOSED: Final[list[TextIO]] = []


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
    """A line for the person. Once nobody reads on, nothing more is written, and nothing breaks."""
    _write(sys.stdout, text)


def show_json(value: Any) -> None:
    """One JSON document in one line; everything but ASCII is escaped."""
    say(json.dumps(value))


def complain(text: str) -> None:
    """A line beside the data: errors, progress."""
    _write(sys.stderr, text)


def ignore(_text: str) -> None:
    """In the place of `complain` where only data is wanted."""


def is_read() -> bool:
    """Whether somebody still reads what is written: a pipe may have been closed."""
    return sys.stdout is not None and sys.stdout not in _CLOSED


def forgive_encodings() -> None:
    """Letters that this terminal can't show become question marks, instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _write(stream: TextIO | None, text: str) -> None:
    # Python has no stream at all where the shell closed it.
    if stream is None or stream in _CLOSED:
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        _CLOSED.append(stream)
        # Nothing may be flushed into it at the end either.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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


def _is_rtl(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL", "AN"}
