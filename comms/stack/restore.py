"""Restores a backup into a fresh data folder, and proves that it is the same.

The whole file is opened and checked before anything is written; the database comes in one transaction.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import psycopg
from psycopg import sql

from comms.stack import dump, migrations, postgres
from comms.stack.archive import ArchiveReader
from comms.stack.backup import FORMAT
from comms.stack.embedded import running
from comms.stack.endpoints import DATABASE, local_listening
from comms.stack.errors import StackError
from comms.stack.facts import Facts, differences, read_facts
from comms.stack.folder import Folder, make_folders, unwritable
from comms.stack.options import Options
from comms.stack.sealed import SealedReader, damaged
from comms.stack.secrets import local_secrets


@dataclass(frozen=True)
class Contents:
    """What a whole backup says of itself."""

    made_at: str
    facts: Facts
    blobs: int


def inspect(source: Path, passphrase: str) -> Contents:
    """Open the whole file and read its manifest. Raises StackError when any byte of it is wrong."""
    contents: Contents | None = None
    blobs, ended, has_database = 0, False, False
    with _open(source) as file:
        for entry, pieces in ArchiveReader(SealedReader(file, passphrase)):
            if ended or (contents is None) != (entry.kind == "manifest"):
                raise damaged()
            if entry.kind == "manifest":
                contents = _manifest(b"".join(pieces))
            elif entry.kind == "database":
                has_database = True
            elif entry.kind == "blob":
                blobs += 1
                safe_name(entry.name)
            elif entry.kind == "end":
                ended = True
                if json.loads(b"".join(pieces)) != {"blobs": blobs}:
                    raise damaged()
    if contents is None or not ended or not has_database:
        raise damaged()
    return Contents(contents.made_at, contents.facts, blobs)


def restore(
    options: Options,
    source: Path,
    passphrase: str,
    *,
    held_keys: Collection[str],
    without_key: bool = False,
    backup_url: str | None = None,
    verify: Callable[[], None] = lambda: None,
) -> Contents:
    """Restore into an empty database and an empty blobs folder, and compare counts and audit heads.

    ``held_keys`` are the ids of the key-encryption keys at hand. ``verify`` may look at the restored
    database more closely, and raise. Raises StackError; then nothing was restored.
    """
    contents = inspect(source, passphrase)
    folder = options.folder
    _refuse_missing_keys(contents.facts, held_keys, folder, without_key=without_key)
    make_folders(folder)
    if any(folder.blobs.iterdir()):
        raise StackError(
            f"{folder.blobs} holds files already: restore into a fresh folder, with VAR=/new/folder."
        )
    with ExitStack() as stack:
        owner_url, every_row_url = _urls(options, stack, backup_url)
        _refuse_full_database(owner_url, contents.facts)
        _clear_default_rights(owner_url, contents.facts)
        migrations.forget(folder)
        draft = folder.root / "blobs.restoring"
        stack.callback(shutil.rmtree, draft, ignore_errors=True)
        try:
            _load(source, passphrase, owner_url, draft)
            _verify(every_row_url, contents.facts)
            verify()
            for child in list(draft.iterdir()):
                child.rename(folder.blobs / child.name)
        except BaseException:
            if options.database_url is None:
                _empty_again(folder)
            raise
    return contents


def safe_name(name: str) -> PurePosixPath:
    """The blob's place below the blobs folder. Raises StackError if it would lie outside."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise damaged()
    return path


def _urls(options: Options, stack: ExitStack, backup_url: str | None) -> tuple[str, str]:
    if options.database_owner_url is not None:
        return options.database_owner_url, backup_url or options.database_owner_url
    endpoints = stack.enter_context(running(options.folder.root))
    return endpoints.database_owner_url, _admin_url(options.folder, DATABASE)


def _admin_url(folder: Folder, database: str) -> str:
    return postgres.admin_url(
        folder, local_listening(folder), local_secrets(folder.root), database=database
    )


def _manifest(content: bytes) -> Contents:
    try:
        manifest = json.loads(content)
        if manifest["format"] != FORMAT:
            raise StackError(
                "This backup was made by a newer release: restore it with that release."
            )
        return Contents(str(manifest["made_at"]), Facts(**manifest["facts"]), blobs=0)
    except (ValueError, KeyError, TypeError):
        raise damaged() from None


def _refuse_missing_keys(
    facts: Facts, held: Collection[str], folder: Folder, *, without_key: bool
) -> None:
    missing = [key for key in facts.key_ids if key not in held]
    if missing and not without_key:
        raise StackError(
            f"The key-encryption key {', '.join(missing)} that this backup's encrypted fields need isn't "
            f"here: put its file at {folder.secrets / 'key-encryption-key'} (it is kept apart from "
            "backups) and run this again. With --without-key everything else is restored, and those "
            "fields stay shut until the key is there."
        )


def _refuse_full_database(owner_url: str, facts: Facts) -> None:
    try:
        with psycopg.connect(owner_url, connect_timeout=10) as connection:
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
            known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise StackError(f"The database can't be reached ({reason}).") from None
    if tables is None or tables[0]:
        raise StackError(
            "The database holds tables already, and a restore would mix two deployments: restore into "
            "a fresh folder, with VAR=/new/folder, or into an empty database."
        )
    unknown = [role for role in facts.roles if role not in known]
    if unknown:
        raise StackError(
            f"The backup grants rights to the role {unknown[0]}, which this database doesn't have: "
            "make that role first."
        )


def _clear_default_rights(owner_url: str, facts: Facts) -> None:
    """Let new tables start without rights for others, as the dump expects.

    It says what to grant, never what to take away: with our default rights in force, a table from which
    the product was denied updates would come back with updates allowed. The dump's end sets the
    defaults again.
    """
    with psycopg.connect(owner_url, autocommit=True) as owner:
        for role in facts.roles:
            for kind in ("TABLES", "SEQUENCES", "FUNCTIONS", "TYPES"):
                owner.execute(
                    sql.SQL(
                        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {} FROM {}"
                    ).format(sql.SQL(kind), sql.Identifier(role))
                )


def _load(source: Path, passphrase: str, owner_url: str, draft: Path) -> None:
    try:
        draft.mkdir(mode=0o700)
        with _open(source) as file:
            for entry, pieces in ArchiveReader(SealedReader(file, passphrase)):
                if entry.kind == "database":
                    dump.load(owner_url, pieces)
                elif entry.kind == "blob":
                    _write_blob(draft / safe_name(entry.name), pieces)
    except OSError as error:
        raise unwritable(draft.parent, error) from None


def _write_blob(path: Path, pieces: Iterator[bytes]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for piece in pieces:
            file.write(piece)


def _verify(url: str, expected: Facts) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        wrong = differences(expected, read_facts(connection))
    if wrong:
        raise StackError(f"What was restored isn't what was saved: {'; '.join(wrong)}.")


def _empty_again(folder: Folder) -> None:
    """Leave the embedded database as empty as it was found."""
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(_admin_url(folder, "postgres"), autocommit=True) as admin,
    ):
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
        )


def _open(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise StackError(f"{source} can't be read ({error.strerror}).") from None
