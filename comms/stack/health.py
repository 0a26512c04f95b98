"""Looks at a deployment from outside: what runs, and what is wrong with the mend for each."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
from django.core.exceptions import ImproperlyConfigured

from comms.stack import lock, migrations
from comms.stack.endpoints import Endpoints, local_endpoints
from comms.stack.errors import StackError
from comms.stack.folder import Folder
from comms.stack.held_keys import held_key_ids, needed_key_ids
from comms.stack.held_log_key import has_signed, newest_checkpoint
from comms.stack.options import Options
from comms.stack.web import check_port

LEAST_FREE = 1024 * 1024 * 1024
"""Bytes that must be free on the disk of the data folder."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    problem: str = ""
    """What is wrong; empty if nothing."""
    mend: str = ""


def running_state(folder: Folder) -> dict[str, Any] | None:
    """What the supervisor last said of its services, or None if none runs."""
    holder = lock.holder(folder)
    if holder is None:
        return None
    with contextlib.suppress(OSError, ValueError):
        state: dict[str, Any] = json.loads((folder.state / "services.json").read_bytes())
        if state["pid"] == holder:
            return state
    return {"pid": holder, "address": "", "services": {}}


def findings(
    options: Options, keys: Sequence[str], log: tuple[str, str] | None = None
) -> Iterator[Finding]:
    """Look at everything, from the disk up. Never raises for what it looks at.

    ``keys`` are the key-encryption keys of the settings, the current one first; ``log`` is the key of the
    public log and its origin.
    """
    folder = options.folder
    try:
        endpoints = local_endpoints(folder.root)
    except StackError as error:
        yield Finding("Data folder", str(error), "The same sentence says how.")
        return
    state = running_state(folder)
    yield _look("Data folder", lambda: _folder(folder))
    yield _look("Disk", lambda: _disk(folder))
    yield _look("Secrets", lambda: _secrets(folder))
    if state is None:
        yield _look("Port", lambda: check_port(options.host, options.port))
        embedded = options.database_url is None or options.redis_url is None
        if embedded:
            yield Finding(
                "Services", "nothing runs on this data folder", "Start it with 'make run'."
            )
    else:
        yield from _services(state)
    if state is not None or options.database_url is not None:
        yield _look("Database", lambda: _database(options, endpoints))
        yield _look("Key-encryption key", lambda: _keys(options, endpoints, keys))
        if log is not None:
            yield _look("Log key", lambda: _log_key(options, endpoints, *log))
    if state is not None or options.redis_url is not None:
        yield _look("Valkey", lambda: _valkey(options, endpoints))
    if state is not None and not options.has_mail_server:
        yield _look("Mail catcher", lambda: _mail(endpoints))


class _Problem(Exception):
    """A problem with its mend, on the way to a finding."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.problem, self.mend = problem, mend


def _look(subject: str, check: Callable[[], None]) -> Finding:
    try:
        check()
    except _Problem as found:
        return Finding(subject, found.problem, found.mend)
    except StackError as error:
        sentence, _, mend = str(error).partition(": ")
        return Finding(subject, sentence, mend or "See docs/operations.md.")
    except OSError as error:
        return Finding(subject, str(error.strerror or error), "Check the disk and its permissions.")
    return Finding(subject)


def _folder(folder: Folder) -> None:
    if not os.access(folder.root, os.W_OK | os.X_OK):
        raise _Problem(
            f"{folder.root} can't be written",
            "Give this user write access to it, or name another folder with VAR=/path.",
        )
    foreign = [
        path
        for path in (folder.secrets, folder.state, folder.log, folder.blobs, folder.mail)
        if path.stat().st_uid != os.geteuid() and os.geteuid() != 0
    ]
    if foreign:
        raise _Problem(
            f"{foreign[0]} belongs to another user", "Start as the user who owns the data folder."
        )


def _disk(folder: Folder) -> None:
    free = shutil.disk_usage(folder.root).free
    if free < LEAST_FREE:
        raise _Problem(
            f"only {free // 2**20} MiB are free on the disk of {folder.root}",
            "Free some space: PostgreSQL stops when the disk is full.",
        )


def _secrets(folder: Folder) -> None:
    for path in sorted(folder.secrets.iterdir()):
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _Problem(
                f"{path} can be read by other users", f"Take their access away: chmod 600 '{path}'"
            )


def _services(state: dict[str, Any]) -> Iterator[Finding]:
    for name, service in state["services"].items():
        if not service["ready"]:
            last = f" ({service['last_end']})" if service["last_end"] else ""
            yield Finding(
                f"Service {name}",
                f"isn't ready{last}",
                "It is started again by itself; if this stays so, read its log in var/log.",
            )
        else:
            yield Finding(f"Service {name}")


def _database(options: Options, endpoints: Endpoints) -> None:
    migrations.refuse_bypassing_role(options.database_url or endpoints.database_url)
    owner = options.database_owner_url or endpoints.database_owner_url
    try:
        with psycopg.connect(owner, connect_timeout=5) as connection:
            checksums = connection.execute("SHOW data_checksums").fetchone()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise _Problem(f"it doesn't answer ({reason})", "Start it, or mend DATABASE_URL.") from None
    if checksums is not None and checksums[0] != "on":
        raise _Problem(
            "its pages have no checksums, so a failing disk would not be noticed",
            "Stop PostgreSQL and run pg_checksums --enable on its data folder.",
        )
    if not migrations.is_current(options.folder, migrations.fingerprint(owner)):
        raise _Problem(
            "its tables may be older than the program", "Restart with 'make run', which migrates."
        )


def _keys(options: Options, endpoints: Endpoints, keys: Sequence[str]) -> None:
    place = options.folder.secrets / "key-encryption-key"
    try:
        held = held_key_ids(keys[0], keys[1:])
    except ImproperlyConfigured:
        raise _Problem(
            "it isn't base64 of exactly 32 bytes",
            f"Put the right one back, at {place} or in KEY_ENCRYPTION_KEY.",
        ) from None
    try:
        with psycopg.connect(
            options.database_url or endpoints.database_url, connect_timeout=5
        ) as connection:
            missing = sorted(needed_key_ids(connection) - held)
    except psycopg.OperationalError:
        return  # The finding about the database says so.
    if missing:
        raise _Problem(
            f"the stored data needs {', '.join(missing)}, and only {', '.join(sorted(held))} is here, so "
            "encrypted fields can't be read",
            f"Put the file with the missing key back at {place} (it is kept apart from backups), or add "
            "the key to KEY_ENCRYPTION_KEYS_OLD; then restart.",
        )


def _log_key(options: Options, endpoints: Endpoints, key: str, origin: str) -> None:
    place = options.folder.secrets / "log-key"
    try:
        with psycopg.connect(
            options.database_url or endpoints.database_url, connect_timeout=5
        ) as connection:
            note = newest_checkpoint(connection)
    except psycopg.OperationalError:
        return  # The finding about the database says so.
    try:
        fits = has_signed(note or b"", key, origin)
    except ImproperlyConfigured:
        raise _Problem(
            "it is missing, or isn't base64 of exactly 32 bytes",
            f"Put the right one back, at {place} or in LOG_KEY.",
        ) from None
    if note is not None and not fits:
        raise _Problem(
            f"the public log was signed with another key, or not as {origin}, so nobody can get new keys "
            "and browsers refuse the log",
            f"Put back the one that the log began with, at {place} or in LOG_KEY (it is kept apart from "
            "backups), and LOG_ORIGIN as it was; then restart.",
        )


def _valkey(options: Options, endpoints: Endpoints) -> None:
    url = options.redis_url or endpoints.redis_url
    try:
        with contextlib.closing(redis.Redis.from_url(url, socket_timeout=5)) as client:
            client.ping()
            policy = client.config_get("maxmemory-policy")
    except (redis.RedisError, OSError) as error:
        raise _Problem(
            f"it doesn't answer ({type(error).__name__})", "Start it, or mend REDIS_URL."
        ) from None
    if isinstance(policy, dict) and policy.get("maxmemory-policy") not in (None, "noeviction"):
        raise _Problem(
            "it may throw entries away when its memory is full, and with them queued work",
            "Set maxmemory-policy to noeviction.",
        )


def _mail(endpoints: Endpoints) -> None:
    address = (endpoints.smtp_host, endpoints.smtp_port)
    with socket.create_connection(address, timeout=5) as connection:
        if not connection.recv(512).startswith(b"220"):
            raise _Problem("another program answers at its port", "Restart with 'make run'.")
