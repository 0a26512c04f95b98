"""Makes a backup: database, blobs and a manifest in one file that is sealed to a passphrase.

The key-encryption key is never in it. It travels separately, and the manifest only names it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from comms.stack import dump, lock, postgres
from comms.stack.archive import Entry, write_entry
from comms.stack.embedded import running
from comms.stack.endpoints import local_listening
from comms.stack.errors import StackError
from comms.stack.facts import Facts, read_facts
from comms.stack.folder import Folder, unwritable
from comms.stack.options import Options
from comms.stack.sealed import SealedWriter
from comms.stack.secrets import local_secrets

FORMAT = 1
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Summary:
    """What went into a backup."""

    facts: Facts
    blobs: int
    size: int
    """Bytes of the sealed file."""


def make_backup(
    options: Options, target: Path, passphrase: str, *, backup_url: str | None = None
) -> Summary:
    """Write the sealed file, whether the services run or not. Never overwrites a file.

    ``backup_url`` is for an external database: a role that may read every workspace's rows. Raises
    StackError; then no file is left.
    """
    if target.exists():
        raise StackError(f"{target} exists already: choose another name, so that nothing is lost.")
    draft = target.with_name(target.name + ".partial")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StackError(
            f"{target} can't be written ({error.strerror}): choose another place."
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file, every_row(options, backup_url) as url:
            writer = SealedWriter(file, passphrase)
            facts, blobs = _fill(writer, url, options.folder)
            writer.close()
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        draft.rename(target)
    except OSError as error:
        raise unwritable(target.parent, error) from None
    finally:
        draft.unlink(missing_ok=True)
    return Summary(facts, blobs, size)


@contextmanager
def every_row(options: Options, backup_url: str | None) -> Iterator[str]:
    """Yield a URL whose role sees the rows of all workspaces, starting the embedded server if need be."""
    if options.database_url is not None:
        yield backup_url or options.database_owner_url or options.database_url
        return
    folder = options.folder
    with ExitStack() as stack:
        if lock.holder(folder) is None:
            stack.enter_context(running(folder.root))
        yield _admin_url(folder)


def _admin_url(folder: Folder) -> str:
    return postgres.admin_url(
        folder, local_listening(folder), local_secrets(folder.root), database="comms"
    )


def _fill(writer: SealedWriter, url: str, folder: Folder) -> tuple[Facts, int]:
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise StackError(
            f"The database can't be reached ({reason}): start it, or mend its address."
        ) from None
    with connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        _refuse_partial_sight(connection)
        # The dump and the numbers are of the same moment.
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        facts = read_facts(connection)
        manifest = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "postgres": connection.info.server_version,
            "facts": facts.as_json(),
        }
        write_entry(writer.write, Entry("manifest", ""), [json.dumps(manifest).encode()])
        snapshot = str(row[0]) if row else ""
        write_entry(writer.write, Entry("database", ""), dump.dump(url, snapshot))
    # After the database: a blob that was added meanwhile does no harm, a missing one would.
    count = _write_blobs(writer.write, folder.blobs)
    write_entry(writer.write, Entry("end", ""), [json.dumps({"blobs": count}).encode()])
    return facts, count


def _refuse_partial_sight(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """A backup that silently lacks rows would be worse than none."""
    row = connection.execute(
        "SELECT current_user, rolsuper OR rolbypassrls, EXISTS (SELECT FROM pg_class WHERE relrowsecurity)"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None or (row[2] and not row[1]):
        raise StackError(
            f"The role {row[0] if row else ''} doesn't see the rows of every workspace, so its backup "
            "would not be whole: name in DATABASE_BACKUP_URL a role with BYPASSRLS and "
            "pg_read_all_data."
        )


def _write_blobs(write: Callable[[bytes], object], folder: Path) -> int:
    count = 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # It was destroyed since the database was read.
        with file:
            name = path.relative_to(folder).as_posix()
            write_entry(write, Entry("blob", name), iter(lambda file=file: file.read(BLOCK), b""))  # type: ignore[misc]  # mypy can't type a default in a lambda
        count += 1
    return count
