"""Runs the embedded services for as long as a block of code: for tests and one-off commands."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from comms.stack import lock, postgres, processes, valkey
from comms.stack.endpoints import Endpoints, local_endpoints, local_listening, replace_taken_ports
from comms.stack.folder import Folder
from comms.stack.programs import find_programs
from comms.stack.secrets import local_keys, local_secrets


@contextmanager
def running(var: Path, *, durable: bool = True) -> Iterator[Endpoints]:
    """Serve PostgreSQL and Valkey from the data folder; both are stopped at the end.

    ``durable=False`` is for tests: nothing is forced to disk, and ``comms_owner`` may create
    databases. The services also end if the calling process is killed. Raises StackError when the
    folder is in use or a service doesn't start.
    """
    folder = Folder.at(var)
    with ExitStack() as stack:
        stack.enter_context(lock.held(folder))
        postgres.clear_leftovers(folder)
        valkey.clear_leftovers(folder)
        replace_taken_ports(folder)
        # Before there is data: a key is never made beside data that may need another one.
        local_keys(folder.root)
        secrets = local_secrets(folder.root)
        listening = local_listening(folder)
        programs = find_programs()
        endpoints = local_endpoints(folder.root)
        postgres.initialise(folder, programs, secrets)

        store = processes.start(
            valkey.command(folder, programs),
            cwd=folder.valkey,
            log=_log(stack, folder.log / "valkey.log"),
            env=valkey.environment(),
            stdin=valkey.settings(listening, secrets, durable=durable),
        )
        stack.callback(processes.stop, store, signal.SIGTERM, patience=10)
        database = processes.start(
            postgres.command(folder, programs, listening, durable=durable),
            cwd=postgres.data_folder(folder),
            log=_log(stack, folder.log / "postgres.log"),
            env=postgres.environment(),
        )
        stack.callback(_stop_postgres, database, folder)

        postgres.wait_until_ready(folder, listening, secrets, database)
        postgres.prepare(postgres.admin_url(folder, listening, secrets), secrets, durable=durable)
        valkey.wait_until_ready(endpoints.redis_url, store, folder.log / "valkey.log")
        yield endpoints


def _log(stack: ExitStack, path: Path) -> int:
    return stack.enter_context(path.open("ab")).fileno()


def _stop_postgres(process: subprocess.Popen[bytes], folder: Folder) -> None:
    # Fast shutdown: ends its clients' sessions and leaves a clean cluster.
    processes.stop(process, signal.SIGINT, patience=20)
    processes.end(processes.working_in(postgres.data_folder(folder)), [(signal.SIGKILL, 5)])
