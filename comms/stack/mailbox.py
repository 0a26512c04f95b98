"""Where caught mails are kept: files that only grow, one frame for each mail.

A frame is one line of JSON (id, time, envelope, size), the mail's exact bytes, and a line feed. A mail
counts as kept once its frame is forced to disk, one flush for all that wait. A frame that a crash cut
off was never confirmed to its sender; the next start removes it.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from comms.stack.errors import StackError
from comms.stack.folder import unwritable

SEGMENT_BYTES = 64 * 1024 * 1024
LONGEST_HEADER = 1024 * 1024
SUFFIX = ".mails"


@dataclass(frozen=True)
class CaughtMail:
    """One mail as it came in by SMTP."""

    id: str
    """Where it lies: ``segment-offset``."""
    received_at: datetime
    envelope_from: str
    envelope_to: tuple[str, ...]
    content: bytes
    """Headers and body with CRLF line ends, as sent."""


@dataclass(frozen=True)
class _Place:
    segment: Path
    offset: int
    size: int
    recipients: str


class MailWriter:
    """Appends mails. Only one process may write to a folder at a time: the catcher."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, cutting off a frame that was never completed."""
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            segments = _segments(folder)
            newest = segments[-1] if segments else folder / f"{1:08d}{SUFFIX}"
            self._path = newest
            self._file = _open_for_append(newest)
            whole = 0
            for place in _places(newest, 0):
                whole = place.offset + place.size
            self._file.truncate(whole)
        except OSError as error:
            raise unwritable(folder, error) from None

    def append(self, envelope_from: str, envelope_to: list[str], content: bytes) -> None:
        """Add one mail; it is durable after the next ``flush``."""
        header = {
            "at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "from": envelope_from,
            "to": envelope_to,
            "size": len(content),
        }
        line = json.dumps(header, ensure_ascii=True, separators=(",", ":")).encode()
        self._file.write(b"".join((line, b"\n", content, b"\n")))

    def flush(self) -> None:
        """Force everything appended to disk. Raises OSError if that fails: then nothing is kept."""
        self._file.flush()
        os.fdatasync(self._file.fileno())
        if self._file.tell() >= SEGMENT_BYTES:
            self._file.close()
            self._path = self._folder / f"{int(self._path.stem) + 1:08d}{SUFFIX}"
            self._file = _open_for_append(self._path)

    def close(self) -> None:
        self._file.close()


class MailFolder:
    """Reads what the catcher keeps; knows where each mail begins after one pass over the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places: list[_Place] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        self._look_for_new()
        return len(self._places)

    def __iter__(self) -> Iterator[CaughtMail]:
        """All mails, oldest first."""
        self._look_for_new()
        for place in list(self._places):
            yield _read(place)

    def newest(self, *, skip: int, count: int, recipient: str = "") -> list[CaughtMail]:
        """A page of mails, newest first, if asked only those to an address that contains ``recipient``."""
        return [_read(place) for place in self._chosen(recipient)[skip : skip + count]]

    def count(self, recipient: str = "") -> int:
        """How many mails ``newest`` chooses from."""
        return len(self._chosen(recipient))

    def get(self, mail_id: str) -> CaughtMail | None:
        """The mail of this id, or None."""
        self._look_for_new()
        for place in self._places:
            if _id(place) == mail_id:
                return _read(place)
        return None

    def _chosen(self, recipient: str) -> list[_Place]:
        self._look_for_new()
        wanted = recipient.casefold()
        return [place for place in reversed(self._places) if wanted in place.recipients]

    def _look_for_new(self) -> None:
        with self._lock:
            if self._places and not self._places[0].segment.exists():
                # Somebody emptied the folder.
                self._places.clear()
            last = self._places[-1] if self._places else None
            for segment in _segments(self._folder):
                if last is None or segment > last.segment:
                    self._places.extend(_places(segment, 0))
                elif segment == last.segment:
                    self._places.extend(_places(segment, last.offset + last.size))


def _segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())


def _open_for_append(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "ab")


def _places(segment: Path, start: int) -> Iterator[_Place]:
    """The whole frames from ``start`` on; stops before one that isn't complete yet."""
    try:
        file = segment.open("rb")
    except FileNotFoundError:
        return
    with file:
        end = os.fstat(file.fileno()).st_size
        offset = start
        while offset < end:
            file.seek(offset)
            line = file.readline(LONGEST_HEADER)
            if not line.endswith(b"\n"):
                return
            try:
                header = json.loads(line)
                size = len(line) + int(header["size"]) + 1
                recipients = " ".join(header["to"]).casefold()
            except (ValueError, KeyError, TypeError):
                raise StackError(
                    f"The mails in {segment} can't be read from byte {offset} on: move the file away."
                ) from None
            if offset + size > end:
                return
            yield _Place(segment, offset, size, recipients)
            offset += size


def _read(place: _Place) -> CaughtMail:
    with place.segment.open("rb") as file:
        file.seek(place.offset)
        frame = file.read(place.size)
    line, _, rest = frame.partition(b"\n")
    header = json.loads(line)
    return CaughtMail(
        id=_id(place),
        received_at=datetime.fromisoformat(header["at"]),
        envelope_from=header["from"],
        envelope_to=tuple(header["to"]),
        content=rest[:-1],
    )


def _id(place: _Place) -> str:
    return f"{int(place.segment.stem)}-{place.offset}"
