"""``manage.py up``: everything that one deployment needs, until Ctrl-C.

It works without Django, whose set-up takes longer than starting the servers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from importlib import import_module

from comms.stack import definitions, lock, logs, migrations, postgres, processes
from comms.stack.definitions import BEAT, MAIL, MARKER, POSTGRES, VALKEY, WEB, WORKER, Site
from comms.stack.endpoints import Endpoints, local_endpoints, local_listening, replace_taken_ports
from comms.stack.errors import StackError
from comms.stack.folder import replace
from comms.stack.options import PROJECT, Options, read_options
from comms.stack.programs import find_programs
from comms.stack.secrets import local_keys, local_secrets
from comms.stack.supervisor import Supervisor, describe_end
from comms.stack.web import check_port

LOCAL_SETTINGS = "config.settings.local"
ROTATION = 10.0
"""Seconds between two looks at the sizes of the logs."""
ONE_WISH_SECONDS = 1.0
"""Signals to stop within this time are one wish; a later one means at once."""


def say(line: str) -> None:
    """One line for the person at the terminal; a terminal that is gone must not stop the services."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main() -> int:
    """Serve until SIGINT or SIGTERM. Returns 0 after a clean stop; raises StackError."""
    began = time.monotonic()
    _refuse_wrong_settings()
    options = read_options()
    with lock.held(options.folder):
        if _uses_local_settings():
            local_keys(options.folder.root)  # a lost key is said before anything runs
        _end_leftovers(options)
        check_port(options.host, options.port)
        return asyncio.run(_serve(_site(options), began))


def _refuse_wrong_settings() -> None:
    """Let settings other than the local ones say what they miss before anything is started or made.

    Raises ImproperlyConfigured with one sentence. The local ones miss nothing, and reading them takes time.
    """
    if not _uses_local_settings():
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])


def _uses_local_settings() -> bool:
    return os.environ.get("DJANGO_SETTINGS_MODULE", LOCAL_SETTINGS) == LOCAL_SETTINGS


def _end_leftovers(options: Options) -> None:
    """End what a killed supervisor's services left running, and say so."""
    found = processes.marked(MARKER, str(options.folder.root))
    if not found:
        return
    names = ", ".join(f"{processes.name_of(pid)} {pid}" for pid in found)
    say(f"Still running from an earlier start, ended now: {names}.")
    left = processes.end(found, [(signal.SIGTERM, 5), (signal.SIGKILL, 5)])
    if left:
        raise StackError(
            f"Process {left[0]} of an earlier start can't be ended: end it, then start again."
        )


def _site(options: Options) -> Site:
    folder = options.folder
    replace_taken_ports(folder)
    local = local_endpoints(folder.root)
    embeds = options.database_url is None or options.redis_url is None
    return Site(
        options=options,
        endpoints=Endpoints(
            database_url=options.database_url or local.database_url,
            database_owner_url=options.database_owner_url or local.database_owner_url,
            redis_url=options.redis_url or local.redis_url,
            smtp_host=local.smtp_host,
            smtp_port=local.smtp_port,
        ),
        listening=local_listening(folder),
        secrets=local_secrets(folder.root),
        programs=find_programs() if embeds else None,
    )


async def _serve(site: Site, began: float) -> int:
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    supervisor = Supervisor(say, lambda: _write_state(site, supervisor))

    first = 0.0

    def stop_asked() -> None:
        nonlocal first
        # `make` passes on a signal that the whole group gets too: two at once are one wish, not two.
        if not asked.is_set():
            first = time.monotonic()
        elif time.monotonic() - first > ONE_WISH_SECONDS:
            supervisor.kill()
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop_asked)
    rotating = asyncio.create_task(_rotate(site))
    starting = asyncio.create_task(_start(site, supervisor, began))
    waiting = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait([starting, waiting], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()  # raises what went wrong
            await waiting
        else:
            starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await starting
        say("Stopping…")
    finally:
        rotating.cancel()
        waiting.cancel()
        # Those that use a service first, then the service; PostgreSQL last.
        await supervisor.stop(BEAT, WORKER, WEB)
        await supervisor.stop(MAIL, VALKEY)
        await supervisor.stop(POSTGRES)
        supervisor.close()
        (site.options.folder.state / "services.json").unlink(missing_ok=True)
    say("Stopped.")
    return 0


async def _start(site: Site, supervisor: Supervisor, began: float) -> None:
    options = site.options
    if options.redis_url is None and site.programs is not None:
        supervisor.start(definitions.valkey_service(site, site.programs))
    if not options.has_mail_server:
        supervisor.start(definitions.mail_service(site))
    # It needs no database; what it says before there is a worker is out of date when one comes.
    supervisor.start(definitions.beat_service(site))
    if options.database_url is None and site.programs is not None:
        postgres.initialise(options.folder, site.programs, site.secrets)
        supervisor.start(definitions.postgres_service(site, site.programs))
        await supervisor.ready(POSTGRES)
        admin = postgres.admin_url(options.folder, site.listening, site.secrets)
        await asyncio.to_thread(postgres.prepare, admin, site.secrets, durable=True)
    else:
        await asyncio.to_thread(migrations.prepare_external, options)
    await _migrate(site)
    # Each start costs a processor some seconds. People wait for the pages, so these come first.
    supervisor.start(definitions.web_service(site))
    supervisor.start(definitions.worker_service(site))
    await supervisor.ready(WEB)
    greeting = asyncio.create_task(_greeting(site))
    try:
        await supervisor.ready(*supervisor.states)
        for line in await greeting:
            say(line)
    finally:
        greeting.cancel()
    say(f"Everything is ready after {time.monotonic() - began:.1f} s. Ctrl-C stops it.")
    say(options.address)


async def _migrate(site: Site) -> None:
    folder = site.options.folder
    wanted = await asyncio.to_thread(migrations.fingerprint, site.endpoints.database_owner_url)
    if migrations.is_current(folder, wanted):
        return
    began = time.monotonic()
    await _manage(
        site,
        "migrate",
        "--database=owner",
        # Models, addresses and views are the same everywhere and tested: looking through them takes a second.
        "--skip-checks",
        "--no-input",
        "--verbosity=1",
        environment=site.environment_of_owner,
    )
    migrations.record(folder, wanted)
    say(f"The database is up to date ({time.monotonic() - began:.1f} s).")


async def _greeting(site: Site) -> list[str]:
    """What the person needs to get in: the demo's sign-ins, or the set-up link while it is wanted."""
    if site.options.demo:
        return await _say_of(site, "demo")
    done = site.options.folder.state / "set-up-done"
    if done.exists():
        return []
    lines = await _say_of(site, "setup_link")
    if not lines:
        # The command is silent once somebody has set the deployment up.
        replace(done, b"")
    return lines


async def _say_of(site: Site, command: str) -> list[str]:
    try:
        output = await _manage(site, command)
    except StackError as error:
        # Everything else works, so it goes on.
        return [str(error)]
    return [line.rstrip() for line in output.splitlines() if line.strip()]


async def _manage(
    site: Site, command: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> str:
    """Run one of manage.py's commands; returns its output. Raises StackError if it fails."""
    log = site.options.folder.log / "commands.log"
    with logs.open_log(log) as errors:
        process = await asyncio.create_subprocess_exec(
            *processes.launched([sys.executable, PROJECT / "manage.py", command, *arguments]),
            cwd=PROJECT,
            env=environment or site.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                processes.kill_group(process.pid)
    if process.returncode != 0:
        raise StackError(
            f"'manage.py {command}' {describe_end(process.returncode or 0)}{logs.last_words(log)}. "
            f"Its log is {log}."
        )
    return output.decode(errors="replace")


async def _rotate(site: Site) -> None:
    while True:
        await asyncio.sleep(ROTATION)
        with contextlib.suppress(OSError):
            await asyncio.to_thread(logs.rotate, site.options.folder.log)


def _write_state(site: Site, supervisor: Supervisor) -> None:
    """Leave word for ``manage.py status``."""
    state = {
        "pid": os.getpid(),
        "address": site.options.address,
        "services": {
            name: {
                "pid": each.pid,
                "ready": each.ready,
                "restarts": each.restarts,
                "last_end": each.last_end,
            }
            for name, each in supervisor.states.items()
        },
    }
    with contextlib.suppress(StackError):
        replace(site.options.folder.state / "services.json", json.dumps(state).encode() + b"\n")
