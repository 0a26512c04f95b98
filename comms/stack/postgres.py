"""The embedded PostgreSQL: one cluster in ``var/postgres``, run as an ordinary user.

The server works with its data folder as working directory and calls it ``/proc/self/cwd``. So the
user it runs as needs no way through the folders above (a home of mode 700, say), and neither spaces
nor length of the path matter to it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from comms.stack.endpoints import ADMIN, APP, DATABASE, OWNER, Listening, database_url
from comms.stack.errors import StackError
from comms.stack.folder import Folder, unwritable
from comms.stack.processes import end, is_alive, launched, name_of, working_in
from comms.stack.programs import Programs
from comms.stack.secrets import Secrets

MAJOR = "18"

SETTINGS = {
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "comms",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # Statements and details of errors quote what people wrote; the log keeps the error alone.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "idle_in_transaction_session_timeout": "10min",
}

THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum_naptime": "10min",
}
"""For tests: much faster, and a crash of the machine may lose everything."""


def data_folder(folder: Folder) -> Path:
    return folder.postgres / "data"


def run_as(home: Path, programs: Programs) -> tuple[int, int]:
    """The user to run as: whoever owns the home already, else the service user. Root only."""
    if programs.uid < 0:
        return -1, -1
    owner = home.stat()
    if owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    os.chown(home, programs.uid, programs.gid)
    return programs.uid, programs.gid


def initialise(folder: Folder, programs: Programs, secrets: Secrets) -> None:
    """Make the cluster if there is none; an interrupted attempt is thrown away and made again."""
    data = data_folder(folder)
    if (data / "PG_VERSION").exists():
        version = (data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise StackError(
                f"The database in {data} is of PostgreSQL {version}, but this release brings {MAJOR}: "
                "make a backup with the release that wrote it, and restore it into a fresh folder."
            )
        return
    draft = folder.postgres / "data.new"
    password = folder.postgres / "password.new"
    try:
        uid, gid = run_as(folder.postgres, programs)
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(secrets.database_admin_password + "\n")
        if uid >= 0:
            os.chown(draft, uid, gid)
            os.chown(password, uid, gid)
    except OSError as error:
        raise unwritable(folder.root, error) from None
    words: list[str | Path] = [
        programs.postgres_bin / "initdb",
        f"--pgdata={_own_name(draft)}",
        f"--username={ADMIN}",
        "--pwfile=../password.new",
        "--auth=scram-sha-256",
        "--data-checksums",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
    ]
    try:
        outcome = subprocess.run(
            launched(words, uid=uid, gid=gid),
            cwd=draft,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StackError(
            "Making the database took over two minutes and was given up: check the disk."
        ) from None
    finally:
        password.unlink(missing_ok=True)
    if outcome.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        reason = _last_error(outcome.stdout.decode(errors="replace"))
        raise StackError(f"The database couldn't be made in {data}: {reason}")
    draft.rename(data)


def environment() -> dict[str, str]:
    """A bare environment: settings of the caller's (PGDATA, LC_ALL, …) must not reach the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def command(
    folder: Folder, programs: Programs, listening: Listening, *, durable: bool
) -> list[str]:
    """The launched command that serves the cluster; its working directory is the data folder."""
    settings = dict(SETTINGS) if durable else SETTINGS | THROW_AWAY
    if listening.postgres_port is None:
        # Relative to the data folder: the server's side of the name is always short.
        settings |= {"unix_socket_directories": "..", "listen_addresses": ""}
    else:
        settings |= {
            "unix_socket_directories": "",
            "listen_addresses": "127.0.0.1",
            "port": str(listening.postgres_port),
        }
    uid, gid = run_as(folder.postgres, programs)
    words: list[str | Path] = [
        programs.postgres_bin / "postgres",
        "-D",
        _own_name(data_folder(folder)),
    ]
    for name, value in settings.items():
        words += ["-c", f"{name}={value}"]
    # Fast shutdown if the supervisor is killed: a clean stop that doesn't wait for its clients.
    return launched(words, signal_on_parent_death=signal.SIGINT, uid=uid, gid=gid)


def clear_leftovers(folder: Folder) -> list[str]:
    """End what a killed supervisor left of the cluster, and a lock file that would block the start.

    Returns a sentence for each thing found. Raises StackError if a process won't go.
    """
    data = data_folder(folder)
    found = working_in(data)
    said = []
    if found:
        said.append(
            "PostgreSQL was still running from an earlier start (process "
            f"{min(found)}): it was stopped."
        )
        # SIGINT asks the postmaster for a fast shutdown, and cancels queries in orphaned backends.
        left = end(found, [(signal.SIGINT, 15), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)])
        if left:
            raise StackError(
                f"PostgreSQL's process {left[0]} from an earlier start can't be stopped: end it, "
                "then start again."
            )
    lock = data / "postmaster.pid"
    if not lock.exists():
        return said
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = abs(int(lock.read_text().splitlines()[0]))
        # Only when no process works in the folder, checked above: then the number in the file is of
        # another program by now, which would make the server refuse to start.
        if sys.platform.startswith("linux") and is_alive(pid) and not working_in(data):
            said.append(
                f"PostgreSQL's lock file named process {pid}, which is '{name_of(pid)}' now: it was "
                "removed."
            )
            lock.unlink()
    return said


def wait_until_ready(
    folder: Folder,
    listening: Listening,
    secrets: Secrets,
    process: subprocess.Popen[bytes],
    *,
    patience: float = 60,
) -> None:
    """Return as soon as the server answers, recovery after a crash included."""
    url = admin_url(folder, listening, secrets)
    deadline = time.monotonic() + patience
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None:
                raise StackError(
                    f"PostgreSQL stopped while starting: see {folder.log / 'postgres.log'}."
                ) from None
            if _is_refused_password(error):
                raise wrong_admin_password(folder) from None
            if time.monotonic() > deadline:
                raise StackError(
                    f"PostgreSQL didn't answer within {patience:.0f} seconds: see "
                    f"{folder.log / 'postgres.log'}."
                ) from None
            time.sleep(0.02)
        else:
            return


def admin_url(
    folder: Folder, listening: Listening, secrets: Secrets, *, database: str = "postgres"
) -> str:
    """For this package alone: the superuser makes the roles and takes backups, nothing else."""
    return database_url(
        folder, listening, ADMIN, secrets.database_admin_password, database=database
    )


def wrong_admin_password(folder: Folder) -> StackError:
    return StackError(
        f"The database refuses the password in {folder.secrets / 'database-admin'}: put back the file "
        "that belongs to this data folder."
    )


def prepare(url: str, secrets: Secrets, *, durable: bool) -> None:
    """Make the two roles, the database and the grants, or put them right; changes no table.

    ``comms_owner`` owns the database and migrates. ``comms_app`` runs the product: it can read and
    write rows within row-level security, and can change no table, policy or role.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as admin:
        passwords = {
            OWNER: secrets.database_owner_password,
            APP: secrets.database_app_password,
        }
        for role, password in passwords.items():
            _make_role(admin, role, password, may_create_databases=role == OWNER and not durable)
        exists = admin.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if exists is None:
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE), sql.Identifier(OWNER)
                )
            )
        admin.execute(
            sql.SQL(
                "REVOKE ALL ON DATABASE {database} FROM PUBLIC;"
                "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}"
            ).format(database=sql.Identifier(DATABASE), app=sql.Identifier(APP))
        )
    # Test databases are made from the template, and take its grants with them.
    for name in [DATABASE] if durable else [DATABASE, "template1"]:
        with psycopg.connect(url, dbname=name, autocommit=True, connect_timeout=10) as admin:
            grant(admin, owner=OWNER, app=APP)


def grant(connection: psycopg.Connection[tuple[object, ...]], *, owner: str, app: str) -> None:
    """What the running product may do in this database, for the tables that ``owner`` will make."""
    connection.execute(
        sql.SQL(
            "REVOKE ALL ON SCHEMA public FROM PUBLIC;"
            "GRANT USAGE ON SCHEMA public TO {app};"
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};"
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
            " GRANT USAGE ON SEQUENCES TO {app}"
        ).format(owner=sql.Identifier(owner), app=sql.Identifier(app))
    )


def _make_role(
    admin: psycopg.Connection[tuple[object, ...]],
    role: str,
    password: str,
    *,
    may_create_databases: bool,
) -> None:
    known = admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    # The verifier, not the password, goes over the wire, so that no log can ever hold it.
    verifier = admin.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    admin.execute(
        sql.SQL(
            "{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION {databases}"
            " PASSWORD {verifier}"
        ).format(
            verb=sql.SQL("CREATE" if known is None else "ALTER"),
            role=sql.Identifier(role),
            databases=sql.SQL("CREATEDB" if may_create_databases else "NOCREATEDB"),
            verifier=sql.Literal(verifier),
        )
    )


def _own_name(folder: Path) -> str:
    """How the server calls the folder it works in; its path where there is no /proc."""
    return "/proc/self/cwd" if sys.platform.startswith("linux") else str(folder)


def _is_refused_password(error: psycopg.OperationalError) -> bool:
    return "password authentication failed" in str(error)


def _last_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "FATAL:" in line]
    return (errors or lines or ["no reason was given"])[-1]
