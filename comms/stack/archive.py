"""What is inside a backup: named entries one after another, each of a length not known beforehand.

An entry is one line of JSON, then blocks of a 4-byte length and that many bytes, then an empty block.
Order and completeness are the seal's affair (``sealed``).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from comms.stack.sealed import damaged

_LENGTH = struct.Struct(">I")
LARGEST_BLOCK = 4 * 1024 * 1024
LONGEST_LINE = 64 * 1024


@dataclass(frozen=True)
class Entry:
    """The head of an entry; its content follows from the reader."""

    kind: str
    name: str


def write_entry(write: Callable[[bytes], object], entry: Entry, content: Iterable[bytes]) -> None:
    """Append one entry; blocks of ``content`` are cut to size."""
    line = json.dumps({"kind": entry.kind, "name": entry.name}, ensure_ascii=True)
    write(line.encode() + b"\n")
    for block in content:
        for start in range(0, len(block), LARGEST_BLOCK):
            piece = block[start : start + LARGEST_BLOCK]
            write(_LENGTH.pack(len(piece)) + piece)
    write(_LENGTH.pack(0))


class ArchiveReader:
    """Reads entries from pieces of bytes, in order; what isn't read of one is skipped."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._buffer = bytearray()
        self._at_entry = True

    def __iter__(self) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        while True:
            line = self._line()
            if line is None:
                return
            try:
                head = json.loads(line)
                entry = Entry(kind=str(head["kind"]), name=str(head["name"]))
            except (ValueError, KeyError, TypeError):
                raise damaged() from None
            content = self._blocks()
            yield entry, content
            for _ in content:
                pass

    def _blocks(self) -> Iterator[bytes]:
        while True:
            (length,) = _LENGTH.unpack(self._take(_LENGTH.size))
            if length == 0:
                return
            if length > LARGEST_BLOCK:
                raise damaged()
            yield self._take(length)

    def _line(self) -> bytes | None:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LONGEST_LINE:
                raise damaged()
            if not self._fill():
                if self._buffer:
                    raise damaged()
                return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not self._fill():
                raise damaged()
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _fill(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._buffer += piece
        return True
