"""Brings the database up to the code before the product runs, and knows when there is nothing to do."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from comms.stack import postgres
from comms.stack.errors import StackError
from comms.stack.folder import Folder, replace
from comms.stack.options import PROJECT, Options


def fingerprint(owner_url: str) -> str:
    """A digest of everything that decides whether migrations are due.

    That is our migration files, the versions of the packages (which bring migrations too), and the
    identity of the database. Raises StackError if the database can't be asked.
    """
    digest = hashlib.sha256()
    files = sorted(PROJECT.glob("comms/*/migrations/*.py"))
    for path in [*files, PROJECT / "requirements.lock"]:
        digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(_identity(owner_url))
    return digest.hexdigest()


def is_current(folder: Folder, wanted: str) -> bool:
    """Whether the last successful migration was of this fingerprint."""
    try:
        stored = json.loads(_note(folder).read_bytes())
    except (OSError, ValueError):
        return False
    return bool(stored == {"migrated": wanted})


def record(folder: Folder, done: str) -> None:
    replace(_note(folder), json.dumps({"migrated": done}).encode() + b"\n")


def forget(folder: Folder) -> None:
    """Look again at the next start: the database was replaced."""
    _note(folder).unlink(missing_ok=True)


LEAST_VERSION = 180000
"""PostgreSQL 18, as servers number themselves: freezing an edition makes its ids with `uuidv7()`."""


def prepare_external(options: Options) -> None:
    """Give the product's role its rights in an external database, and refuse one that could do more.

    Raises StackError with the mend.
    """
    if options.database_url is None or options.database_owner_url is None:
        return
    refuse_bypassing_role(options.database_url)
    owner = _user(options.database_owner_url)
    app = _user(options.database_url)
    if owner == app:
        raise StackError(
            "DATABASE_URL and DATABASE_OWNER_URL name the same role, so row-level security would not "
            "bind the product: make a second role that owns nothing, and name it in DATABASE_URL."
        )
    try:
        with psycopg.connect(
            options.database_owner_url, autocommit=True, connect_timeout=10
        ) as owning:
            postgres.grant(owning, owner=owner, app=app)
    except psycopg.errors.InsufficientPrivilege:
        raise StackError(
            f"The role {owner} of DATABASE_OWNER_URL may not grant rights in its database: make it the "
            "owner of the database."
        ) from None
    except psycopg.OperationalError as error:
        raise _unreachable("DATABASE_OWNER_URL", error) from None


def refuse_old_server(version: int) -> None:
    """Raise StackError if a server of this version (180003 is 18.3) lacks what the program needs."""
    if version < LEAST_VERSION:
        raise StackError(
            f"The database server is PostgreSQL {version // 10000}, and {LEAST_VERSION // 10000} or newer "
            "is needed: upgrade it, or leave DATABASE_URL and DATABASE_OWNER_URL out to use the embedded "
            "one."
        )


def refuse_bypassing_role(url: str) -> None:
    """Raise StackError if the product's role could read past row-level security, or the server is too old."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            refuse_old_server(connection.info.server_version)
            row = connection.execute(
                "SELECT current_user, rolsuper OR rolbypassrls,"
                " pg_has_role(current_user, (SELECT datdba FROM pg_database"
                " WHERE datname = current_database()), 'MEMBER')"
                " FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise _unreachable("DATABASE_URL", error) from None
    if row is None or row[1] or row[2]:
        raise StackError(
            f"The database role {row[0] if row else ''} could read past row-level security: give "
            "DATABASE_URL a role that is not a superuser, has no BYPASSRLS and doesn't own the database."
        )


def _identity(owner_url: str) -> bytes:
    try:
        with psycopg.connect(owner_url, connect_timeout=10) as connection:
            row = connection.execute(
                "SELECT oid::text, datname, (SELECT system_identifier::text FROM pg_control_system())"
                " FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise _unreachable("DATABASE_OWNER_URL", error) from None
    return repr(row).encode()


def _unreachable(variable: str, error: psycopg.OperationalError) -> StackError:
    # The driver's words name host, port and role; never the password.
    reason = str(error).strip().splitlines()[-1]
    return StackError(f"The database of {variable} can't be reached ({reason}).")


def _user(url: str) -> str:
    return str(conninfo_to_dict(url).get("user") or "")


def _note(folder: Folder) -> Path:
    return folder.state / "migrated.json"
