"""Where the services of a data folder answer, worked out without starting anything.

Unix sockets where their path fits the kernel's limit, else TCP on 127.0.0.1 with ports that are
chosen once and stored.
"""

from __future__ import annotations

import json
import os
import random
import socket
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from comms.stack.errors import StackError
from comms.stack.folder import Folder, make_folders, read_or_create, replace
from comms.stack.secrets import Secrets, local_secrets

DATABASE = "comms"
OWNER = "comms_owner"
APP = "comms_app"
ADMIN = "postgres"

_random = random.SystemRandom()

SOCKET_PATH_LIMIT = 107
"""Bytes of a Unix socket's path that fit ``sockaddr_un`` beside its closing zero."""

POSTGRES_PORT = 5432
"""Only names the socket file; nothing listens on this TCP port."""


@dataclass(frozen=True)
class Endpoints:
    """Addresses with their passwords: never print or log one. ``repr`` leaves the URLs out."""

    database_url: str = field(repr=False)
    """As ``comms_app``, bound by row-level security: what the product runs with."""
    database_owner_url: str = field(repr=False)
    """As ``comms_owner``, who owns the tables: for migrations, backup and restore only."""
    redis_url: str = field(repr=False)
    smtp_host: str
    smtp_port: int


@dataclass(frozen=True)
class Listening:
    """What the embedded services listen on: ``None`` for a port means a Unix socket."""

    postgres_port: int | None
    valkey_port: int | None
    smtp_port: int


def local_endpoints(var: Path) -> Endpoints:
    """Return the addresses of the data folder's services; makes folders, secrets and ports if missing.

    Raises StackError when the folder can't be written.
    """
    folder = Folder.at(var)
    secrets = local_secrets(folder.root)
    listening = local_listening(folder)
    return Endpoints(
        database_url=database_url(folder, listening, APP, secrets.database_app_password),
        database_owner_url=database_url(folder, listening, OWNER, secrets.database_owner_password),
        redis_url=_redis_url(folder, listening, secrets),
        smtp_host="127.0.0.1",
        smtp_port=listening.smtp_port,
    )


def local_listening(folder: Folder) -> Listening:
    """Read the stored ports, choosing them the first time."""
    make_folders(folder)
    path = folder.state / "ports.json"
    try:
        stored = json.loads(path.read_bytes())
    except FileNotFoundError:
        # Three different free ports: asked for one by one, the kernel could name the same twice.
        chosen = dict(zip(("postgres", "valkey", "smtp"), _free_ports(3), strict=True))
        stored = json.loads(read_or_create(path, json.dumps(chosen).encode() + b"\n"))
    return Listening(
        postgres_port=None if fits_socket(postgres_socket(folder)) else stored["postgres"],
        valkey_port=None if fits_socket(valkey_socket(folder)) else stored["valkey"],
        smtp_port=stored["smtp"],
    )


def replace_taken_ports(folder: Folder) -> list[str]:
    """Choose new ports for stored ones that another program has taken meanwhile.

    Only for the supervisor, which holds the folder's lock and has started nothing yet. Returns the
    names of the ports it replaced.
    """
    local_listening(folder)
    path = folder.state / "ports.json"
    stored = json.loads(path.read_bytes())
    taken = [name for name, port in stored.items() if not _is_free(port)]
    if taken:
        stored.update(zip(taken, _free_ports(len(taken)), strict=True))
        replace(path, json.dumps(stored).encode() + b"\n")
    return taken


def database_url(
    folder: Folder, listening: Listening, role: str, password: str, *, database: str = DATABASE
) -> str:
    """The URL of one of this folder's databases for a role; paths are percent-encoded."""
    user = f"{role}:{quote(password)}"
    if listening.postgres_port is None:
        host = quote(str(folder.postgres), safe="")
        return f"postgresql://{user}@/{database}?host={host}&port={POSTGRES_PORT}"
    return f"postgresql://{user}@127.0.0.1:{listening.postgres_port}/{database}"


def postgres_socket(folder: Folder) -> Path:
    return folder.postgres / f".s.PGSQL.{POSTGRES_PORT}"


def valkey_socket(folder: Folder) -> Path:
    return folder.valkey / "valkey.sock"


def fits_socket(path: Path) -> bool:
    """Whether a Unix socket can be reached at this path."""
    # PostgreSQL's client would read a comma as the end of a first host name.
    return len(os.fsencode(path)) < SOCKET_PATH_LIMIT and "," not in str(path)


def _redis_url(folder: Folder, listening: Listening, secrets: Secrets) -> str:
    password = quote(secrets.valkey_password)
    if listening.valkey_port is None:
        return f"unix://:{password}@{quote(str(valkey_socket(folder)))}?db=0"
    return f"redis://:{password}@127.0.0.1:{listening.valkey_port}/0"


def _free_ports(count: int) -> list[int]:
    # Below the range from which the kernel serves outgoing connections: a stored port from inside it
    # would now and then be somebody's outgoing port at the next start.
    chosen: list[int] = []
    for port in _random.sample(range(20_000, 32_000), 2_000):
        if len(chosen) == count:
            break
        if _is_free(port):
            chosen.append(port)
    if len(chosen) < count:
        raise StackError(
            "No free TCP port was found on 127.0.0.1 between 20000 and 32000: free one."
        )
    return chosen


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
