"""A deployment as an administrator runs it: ``manage.py up`` in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from comms.stack import processes
from comms.stack.definitions import MARKER
from comms.stack.mailbox import MailFolder
from comms.stack.options import PROJECT
from tests.stack.patience import eventually

STARTING = 180.0
"""Seconds for a first start, migrations included, on a busy machine."""
_SERVE = "from tests.stack.inside import serve; serve()"
SERVICES = ("PostgreSQL", "Valkey", "Mail catcher", "Web", "Worker", "Beat")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Deployment:
    """One data folder and what runs on it."""

    def __init__(self, var: Path, port: int | None = None, **environment: str) -> None:
        self.var = var
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.address = environment.get("PUBLIC_URL", self.url)
        """What it prints, and what people would open."""
        self.mails = MailFolder(var / "mail")
        self._more = environment
        self.expected = {
            name
            for name, elsewhere in (
                ("PostgreSQL", "DATABASE_URL"),
                ("Valkey", "REDIS_URL"),
                ("Mail catcher", "SMTP_HOST"),
            )
            if elsewhere not in environment
        } | {"Web", "Worker", "Beat"}
        self._process: subprocess.Popen[bytes] | None = None
        self._inside: subprocess.Popen[str] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The supervisor's process, running or not."""
        assert self._process is not None, "not started yet"
        return self._process

    def start(self) -> None:
        """Start, and return when every service is ready. Fails with the output if it ends before."""
        with self._output_file.open("ab") as output:
            self._process = subprocess.Popen(
                # Tied to this process, so that an aborted test run leaves nothing.
                processes.launched(
                    [sys.executable, "manage.py", "up"], signal_on_parent_death=signal.SIGTERM
                ),
                cwd=PROJECT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually(lambda: self.is_ready() or self.process.poll() is not None, within=STARTING)
        assert self.process.poll() is None, self.output()
        # The address is printed once the person has been told how to get in.
        eventually(lambda: self.output().rstrip().endswith(self.address), within=STARTING)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop; returns the exit code."""
        if self._inside is not None:
            self._inside.communicate()
            self._inside = None
        self.process.send_signal(number)
        return self.process.wait(60)

    def output(self) -> str:
        """Everything that was printed, by all starts."""
        return self._output_file.read_text()

    def services(self) -> dict[str, Any]:
        """What the running supervisor last said of its services."""
        try:
            found: dict[str, Any] = json.loads((self.var / "state/services.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        # A supervisor that was killed leaves its last words behind.
        return dict(found["services"]) if found.get("pid") == self.process.pid else {}

    def is_ready(self) -> bool:
        services = self.services()
        return set(services) == self.expected and all(each["ready"] for each in services.values())

    def answers(self) -> bool:
        """Whether a page request is served, with database and Valkey at work."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def kill_service(self, name: str) -> None:
        """SIGKILL one service's first process, and return when everything is ready again."""
        before = self.services()[name]
        os.kill(before["pid"], signal.SIGKILL)
        eventually(lambda: self.services()[name]["restarts"] > before["restarts"], within=60)
        eventually(lambda: self.is_ready() and self.answers(), within=120)

    def remains(self) -> list[int]:
        """Every process that belongs to the data folder."""
        return (
            processes.marked(MARKER, str(self.var))
            + processes.working_in(self.var / "postgres/data")
            + processes.working_in(self.var / "valkey")
        )

    def manage(
        self,
        *words: str,
        timeout: float = 120.0,
        without: Collection[str] = (),
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.CompletedProcess[str]:
        """Run one of manage.py's commands on the data folder, with a changed environment if asked."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=PROJECT,
            env={k: v for k, v in (self.environment() | dict(more)).items() if k not in without},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def run_inside(self, code: str) -> str:
        """Run Python code as `manage.py shell` would, in one process for all calls; what it printed."""
        if self._inside is None:
            self._inside = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "-v", "0", "-c", _SERVE],
                cwd=PROJECT,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._inside.stdin is not None
        assert self._inside.stdout is not None
        self._inside.stdin.write(json.dumps(code) + "\n")
        self._inside.stdin.flush()
        answer = self._inside.stdout.readline()
        assert answer, "the process inside has ended"
        said, failure = json.loads(answer)
        assert failure is None, failure
        return str(said)

    @property
    def _output_file(self) -> Path:
        return self.var.with_name(f"{self.var.name}.out")

    def environment(self) -> dict[str, str]:
        """What a process of this deployment gets."""
        # The test settings of this process must not reach it.
        return (
            os.environ
            | {
                "VAR": str(self.var),
                "PORT": str(self.port),
                "HOST": "localhost",
                "DJANGO_SETTINGS_MODULE": "config.settings.local",
                "LOG_LEVEL": "INFO",
            }
            | self._more
        )
