"""The services of the stack, each with its command and its proof of being ready."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import psycopg

from comms.stack import postgres, valkey
from comms.stack.asking import ask_embedded
from comms.stack.endpoints import Endpoints, Listening
from comms.stack.options import PROJECT, Options
from comms.stack.processes import launched
from comms.stack.programs import Programs
from comms.stack.secrets import Secrets
from comms.stack.service import PULSE, Service, nothing_left

POSTGRES, VALKEY, MAIL = "PostgreSQL", "Valkey", "Mail catcher"
WEB, WORKER, BEAT = "Web", "Worker", "Beat"
MARKER = "COMMS_STACK"
"""In the environment of everything the supervisor starts: the data folder it belongs to."""


@dataclass(frozen=True)
class Site:
    """One data folder about to be served."""

    options: Options
    endpoints: Endpoints
    """With external addresses where given."""
    listening: Listening
    secrets: Secrets = field(repr=False)
    programs: Programs | None
    """None if both servers are external."""

    @property
    def environment(self) -> dict[str, str]:
        """For our own Python processes: without the address of the role that could change tables."""
        ours = self.environment_of_owner
        ours.pop("DATABASE_OWNER_URL", None)
        ours.pop("DATABASE_BACKUP_URL", None)
        return ours

    @property
    def environment_of_owner(self) -> dict[str, str]:
        """For the migrations alone."""
        options = self.options
        return os.environ | {
            "VAR": str(options.folder.root),
            "HOST": options.host,
            "PORT": str(options.port),
            "PYTHONUNBUFFERED": "1",
            MARKER: str(options.folder.root),
        }


def postgres_service(site: Site, programs: Programs) -> Service:
    folder, listening = site.options.folder, site.listening
    url = postgres.admin_url(folder, listening, site.secrets)

    async def is_ready() -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(url, connect_timeout=4)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise postgres.wrong_admin_password(folder) from None
            return False
        await connection.close()
        return True

    return Service(
        name=POSTGRES,
        command=lambda: postgres.command(folder, programs, listening, durable=True),
        is_ready=is_ready,
        cwd=postgres.data_folder(folder),
        env=postgres.environment(),
        log=folder.log / "postgres.log",
        clear_leftovers=lambda: postgres.clear_leftovers(folder),
        # Fast, then immediate: the next start would recover from that.
        stop_signals=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
        # Recovery after a crash replays the log first.
        start_patience=600.0,
    )


def valkey_service(site: Site, programs: Programs) -> Service:
    folder = site.options.folder

    async def is_ready() -> bool:
        return await ask_embedded(site.endpoints.redis_url, "PING") == "PONG"

    return Service(
        name=VALKEY,
        command=lambda: valkey.command(folder, programs),
        is_ready=is_ready,
        cwd=folder.valkey,
        env=valkey.environment(),
        log=folder.log / "valkey.log",
        stdin=valkey.settings(site.listening, site.secrets, durable=True),
        clear_leftovers=lambda: valkey.clear_leftovers(folder),
        stop_signals=((signal.SIGTERM, 10.0),),
        start_patience=300.0,
    )


def mail_service(site: Site) -> Service:
    endpoints, folder = site.endpoints, site.options.folder

    async def is_ready() -> bool:
        reader, writer = await asyncio.open_connection(endpoints.smtp_host, endpoints.smtp_port)
        with contextlib.closing(writer):
            greeting = await reader.readline()
            writer.write(b"QUIT\r\n")
            return greeting.startswith(b"220")

    return _python(
        site,
        MAIL,
        ["comms.stack.catcher", endpoints.smtp_host, str(endpoints.smtp_port), str(folder.mail)],
        is_ready,
        log="mail",
    )


def web_service(site: Site) -> Service:
    options = site.options
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)  # noqa: S104 - compared, not bound

    async def is_ready() -> bool:
        reader, writer = await asyncio.open_connection(host, options.port)
        with contextlib.closing(writer):
            writer.write(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            words = (await reader.readline()).split()
        # In production the answer to this plain request is a redirect to TLS, or that the host is unknown.
        return len(words) > 1 and words[1] in {b"200", b"301", b"400"}

    return _python(
        site,
        WEB,
        ["comms.stack.web", options.host, str(options.port)],
        is_ready,
        log="web",
        patience=120.0,
    )


def worker_service(site: Site) -> Service:
    async def is_ready() -> bool:
        # The worker listens to orders as soon as it takes work; the server counts its listeners.
        url = site.endpoints.redis_url
        if site.options.redis_url is None:
            listeners = int(await ask_embedded(url, "PUBSUB", "NUMPAT"))
        else:
            listeners = await _listeners_elsewhere(url)
        return listeners > 0

    return _python(
        site,
        WORKER,
        # Two more than CAMPAIGN_SENDERS, so that ticks never wait behind a sender.
        ["config.worker", "4"],
        is_ready,
        log="worker",
        patience=120.0,
        # A warm stop waits for the tasks at hand, a cold one (SIGQUIT) gives them back to the queue.
        stop_signals=((signal.SIGTERM, 8.0), (signal.SIGQUIT, 4.0)),
    )


def beat_service(site: Site) -> Service:
    note, pulse = (
        site.options.folder.run / "beat.pid",
        Pulse(site.options.folder.run / "beat.pulse"),
    )

    async def is_ready() -> bool:
        return pulse.path.exists()

    def clear() -> list[str]:
        # Only one beat runs on a data folder, and none does now: notes that are left are a dead one's.
        note.unlink(missing_ok=True)
        pulse.path.unlink(missing_ok=True)
        return []

    return _python(
        site,
        BEAT,
        ["config.beat", str(note)],
        is_ready,
        log="beat",
        patience=120.0,
        clear_leftovers=clear,
        is_alive=pulse.is_felt,
        environment={PULSE: str(pulse.path)},
    )


class Pulse:
    """A file that a process touches again and again; it is felt while that goes on."""

    def __init__(self, path: Path, *, patience: float = 30.0) -> None:
        self.path = path
        self._patience = patience
        self._last: float | None = None
        self._changed = time.monotonic()

    def is_felt(self) -> bool:
        """False when the file wasn't touched for ``patience`` seconds; a sleeping machine doesn't count."""
        try:
            touched: float | None = self.path.stat().st_mtime
        except FileNotFoundError:
            touched = None
        # Seen changes are timed by our own clock: the file's time jumps when the machine slept.
        if touched != self._last:
            self._last, self._changed = touched, time.monotonic()
        return time.monotonic() - self._changed < self._patience


def _python(
    site: Site,
    name: str,
    module: list[str],
    is_ready: Callable[[], Awaitable[bool]],
    *,
    log: str,
    patience: float = 60.0,
    stop_signals: tuple[tuple[int, float], ...] = ((signal.SIGTERM, 8.0),),
    clear_leftovers: Callable[[], list[str]] = nothing_left,
    is_alive: Callable[[], bool] | None = None,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Service:
    return Service(
        name=name,
        command=lambda: launched([Path(sys.executable), "-m", *module]),
        is_ready=is_ready,
        cwd=PROJECT,
        env=site.environment | dict(environment),
        log=site.options.folder.log / f"{log}.log",
        clear_leftovers=clear_leftovers,
        stop_signals=stop_signals,
        is_alive=is_alive,
        start_patience=patience,
    )


async def _listeners_elsewhere(url: str) -> int:
    # Half the time that the supervisor needs to load, so only where it is used.
    import redis.asyncio

    async with redis.asyncio.Redis.from_url(url) as client:
        try:
            return int(await client.pubsub_numpat())
        except redis.RedisError:
            return 0
