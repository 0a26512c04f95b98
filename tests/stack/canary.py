"""Looks for words that may stand nowhere: in what browsers sent, and in all that a deployment keeps.

A word is looked for in every spelling in which it could lie about by accident. Where a deployment keeps
things packed (rows in pages, values in Valkey, a sealed backup), they are unpacked first.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psycopg
import redis
from psycopg import sql

from comms.stack.archive import ArchiveReader
from comms.stack.backup import every_row
from comms.stack.endpoints import local_endpoints
from comms.stack.options import read_options
from comms.stack.programs import find_programs
from comms.stack.sealed import SealedReader
from tests.stack.deployment import Deployment


def spellings(word: str | bytes) -> list[bytes]:
    """The word in UTF-8 and both UTF-16s, each plain, in hex, and in base64 wherever it may begin."""
    if isinstance(word, bytes):
        plain = [word]
    else:
        escaped = json.dumps(word)[1:-1]
        plain = [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")]
        plain += [text.encode() for text in (escaped, quote(word), quote_plus(word))]
    found = list(plain)
    for raw in plain:
        found += [raw.hex().encode(), raw.hex().upper().encode()]
        for skipped in range(3):
            found += [_inside(raw, skipped, b"+/"), _inside(raw, skipped, b"-_")]
    return list(dict.fromkeys(found))


def _inside(raw: bytes, skipped: int, letters: bytes) -> bytes:
    """The base64 letters that depend on nothing but ``raw`` when ``skipped`` bytes stand before it."""
    encoded = base64.b64encode(bytes(skipped) + raw, altchars=letters)
    return encoded[-(-skipped * 8 // 6) : (skipped + len(raw)) * 8 // 6]


def holds(content: bytes, words: Iterable[str | bytes]) -> bool:
    """Whether any word stands there in any spelling."""
    return any(needle in content for word in words for needle in spellings(word))


@dataclass
class Wire:
    """What browsers have sent: addresses, headers, bodies and socket messages."""

    sent: list[bytes] = field(default_factory=list)

    def listen(self, context: Any) -> None:
        """Note everything that a browser context sends from now on."""
        context.on("request", self._request)
        context.on("page", lambda page: page.on("websocket", self._socket))

    def _request(self, request: Any) -> None:
        headers = " ".join(request.headers.values())
        self.sent.append(f"{request.url} {headers} ".encode() + (request.post_data_buffer or b""))

    def _socket(self, socket: Any) -> None:
        self.sent.append(socket.url.encode())
        socket.on(
            "framesent",
            lambda frame: self.sent.append(frame if isinstance(frame, bytes) else frame.encode()),
        )

    def with_any(self, words: Iterable[str | bytes]) -> list[bytes]:
        """The beginning of each message that holds one of the words."""
        needles = [needle for word in words for needle in spellings(word)]
        return [each[:200] for each in self.sent if any(needle in each for needle in needles)]


@dataclass(frozen=True)
class Place:
    """One thing that was looked through."""

    kind: str
    name: str
    content: bytes = field(repr=False)


def all_places(system: Deployment, backup: Path, passphrase: str) -> Iterator[Place]:
    """Everything that a running deployment keeps or has said, and what is in a backup of it.

    Kinds: ``row`` (every table), ``value`` (every key of Valkey, dumped), ``file`` (the data folder: the
    database's files with the write-ahead log, Valkey's append-only file, logs, mails), ``output``, and
    ``backup`` (the database as SQL, blobs, manifest).
    """
    yield from _rows(system)
    yield from _values(system)
    yield from files_and_output(system)
    yield from _backup(backup, passphrase)


def rows_and_values(system: Deployment) -> Iterator[Place]:
    """Only every table, every key of Valkey, and what was printed and logged."""
    yield from _rows(system)
    yield from _values(system)
    yield Place("output", "terminal", system.output().encode())
    for path in sorted((system.var / "log").glob("*")):
        yield Place("file", path.name, path.read_bytes())


def files_and_output(system: Deployment) -> Iterator[Place]:
    """Only the files of the data folder and what was printed: needs no service, and is quick."""
    yield Place("output", "terminal", system.output().encode())
    yield from _files(system.var)


def kinds_with(places: Iterable[Place], words: dict[str, list[str | bytes]]) -> dict[str, set[str]]:
    """For each list of words, where one of them was found, as ``kind name``. Looks at each place once."""
    needles = {
        label: [needle for word in some for needle in spellings(word)]
        for label, some in words.items()
    }
    found: dict[str, set[str]] = {label: set() for label in words}
    for place in places:
        for label, wanted in needles.items():
            if any(needle in place.content for needle in wanted):
                found[label].add(f"{place.kind} {place.name}")
    return found


def _rows(system: Deployment) -> Iterator[Place]:
    with (
        every_row(read_options({"VAR": str(system.var)}), None) as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        # What is only in memory yet is in the files afterwards.
        connection.execute("CHECKPOINT")
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname <> 'information_schema'"
        ).fetchall()
        for schema, table in tables:
            query = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(
                sql.Identifier(schema, table)
            )
            binary = sql.SQL("{} (FORMAT binary)").format(query)
            for way in (query, binary) if schema == "public" else (query,):
                with connection.cursor().copy(way) as rows:
                    yield Place("row", f"{schema}.{table}", b"".join(rows))


def _values(system: Deployment) -> Iterator[Place]:
    with contextlib.closing(
        redis.Redis.from_url(local_endpoints(system.var).redis_url, socket_timeout=20)
    ) as client:
        for key in client.scan_iter(count=1000):
            yield Place("value", repr(key), key + b" " + (client.dump(key) or b""))


def _files(folder: Path) -> Iterator[Place]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        # Files come and go while everything runs.
        with contextlib.suppress(FileNotFoundError):
            yield Place("file", path.relative_to(folder).as_posix(), path.read_bytes())


def _backup(file: Path, passphrase: str) -> Iterator[Place]:
    with file.open("rb") as source:
        for entry, pieces in ArchiveReader(SealedReader(source, passphrase)):
            content = b"".join(pieces)
            if entry.kind == "database":
                content = _as_sql(content)
            yield Place("backup", f"{entry.kind} {entry.name}".strip(), content)


def _as_sql(dump: bytes) -> bytes:
    """PostgreSQL's own archive is packed; its own program unpacks it."""
    return subprocess.run(
        [find_programs().postgres_bin / "pg_restore", "--format=custom", "--file=-"],
        input=dump,
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
