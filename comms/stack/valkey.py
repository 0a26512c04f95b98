"""The embedded Valkey: broker, channel layer and notes of accepted mails, in ``var/valkey``.

Every write is with the kernel before it is answered, so that a killed server loses nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from comms.stack.endpoints import Listening
from comms.stack.errors import StackError
from comms.stack.folder import Folder
from comms.stack.postgres import run_as
from comms.stack.processes import end, launched, working_in
from comms.stack.programs import Programs
from comms.stack.secrets import Secrets


def command(folder: Folder, programs: Programs) -> list[str]:
    """The launched command; it reads its settings from standard input, works in ``var/valkey``."""
    uid, gid = run_as(folder.valkey, programs)
    return launched(
        [programs.valkey_server, "-"], signal_on_parent_death=signal.SIGTERM, uid=uid, gid=gid
    )


def settings(listening: Listening, secrets: Secrets, *, durable: bool) -> bytes:
    """The configuration, passed on standard input since it holds the password."""
    lines = [
        f"requirepass {secrets.valkey_password}",
        "dir .",
        f"appendonly {'yes' if durable else 'no'}",
        # "everysec" would answer before it has written whenever the disk is slow, "always" halves the
        # senders' speed. A machine that loses its power may lose the last half minute: senders know.
        "appendfsync no",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        "loglevel notice",
    ]
    if listening.valkey_port is None:
        lines += ["port 0", "unixsocket valkey.sock", "unixsocketperm 700"]
    else:
        lines += [f"port {listening.valkey_port}", "bind 127.0.0.1"]
    return "\n".join([*lines, ""]).encode()


def environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def clear_leftovers(folder: Folder) -> list[str]:
    """End a server that a killed supervisor left; returns a sentence for each thing found."""
    found = working_in(folder.valkey)
    if not found:
        return []
    left = end(found, [(signal.SIGTERM, 10), (signal.SIGKILL, 5)])
    if left:
        raise StackError(
            f"Valkey's process {left[0]} from an earlier start can't be stopped: end it, then start "
            "again."
        )
    return [f"Valkey was still running from an earlier start (process {found[0]}): it was stopped."]


def wait_until_ready(
    url: str, process: subprocess.Popen[bytes], log: Path, *, patience: float = 60
) -> None:
    """Return as soon as the server answers, its file loaded."""
    # `up` asks in its own way (`asking`), and shouldn't wait for the library.
    import redis

    deadline = time.monotonic() + patience
    with contextlib.closing(redis.Redis.from_url(url, socket_timeout=5)) as client:
        while True:
            try:
                client.ping()
            except redis.AuthenticationError:
                raise StackError(
                    "Another server answers at Valkey's address and refuses our password: stop it, or "
                    "name another folder with VAR=/path."
                ) from None
            except (redis.RedisError, OSError):
                if process.poll() is not None:
                    raise StackError(f"Valkey stopped while starting: see {log}.") from None
                if time.monotonic() > deadline:
                    raise StackError(
                        f"Valkey didn't answer within {patience:.0f} seconds: see {log}."
                    ) from None
                time.sleep(0.02)
            else:
                return
