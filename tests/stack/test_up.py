"""``manage.py up`` as an administrator meets it: one command, killed in every way, and its refusals."""

from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from comms.stack import processes
from comms.stack.definitions import MARKER
from comms.stack.options import PROJECT
from tests.stack.patience import eventually
from tests.stack.test_catcher import free_port

STARTING = 90.0
"""Seconds for a first start, migrations included, on a busy machine."""


@dataclass
class Deployment:
    """One data folder and what runs on it."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]

    def state(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.var / "state/services.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        # A supervisor that was killed leaves its last words behind.
        return dict(found["services"]) if found.get("pid") == self.process.pid else {}

    def is_ready(self) -> bool:
        services = self.state()
        return len(services) == 6 and all(service["ready"] for service in services.values())

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/readyz", timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def remains(self) -> list[int]:
        return (
            processes.marked(MARKER, str(self.var))
            + processes.working_in(self.var / "postgres/data")
            + processes.working_in(self.var / "valkey")
        )


def environment(var: Path, port: int) -> dict[str, str]:
    return os.environ | {
        "VAR": str(var),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "LOG_LEVEL": "INFO",
    }


def start(var: Path, port: int) -> Deployment:
    with (var.parent / f"{var.name}.out").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=PROJECT,
            env=environment(var, port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deployment = Deployment(var, port, process)
    eventually(lambda: deployment.is_ready() or process.poll() is not None, within=STARTING)
    assert process.poll() is None, (var.parent / f"{var.name}.out").read_text()
    return deployment


def manage(
    var: Path, port: int, *words: str, timeout: float = 60.0
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=PROJECT,
        env=environment(var, port),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    running = start(tmp_path_factory.mktemp("up") / "my var", free_port())
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
        running.process.wait(60)
    assert running.remains() == []


def test_answers_and_says_so_last(deployment: Deployment) -> None:
    assert deployment.answers()
    output = (deployment.var.parent / "my var.out").read_text()
    eventually(
        lambda: (
            (deployment.var.parent / "my var.out")
            .read_text()
            .strip()
            .endswith(str(deployment.port))
        )
    )
    for name in ("PostgreSQL", "Valkey", "Mail catcher", "Web", "Worker", "Beat"):
        assert f"{name} is ready" in output


def test_status_and_doctor_find_nothing_wrong(deployment: Deployment) -> None:
    status = manage(deployment.var, deployment.port, "status")
    assert status.returncode == 0, status.stdout + status.stderr
    assert f"http://localhost:{deployment.port}" in status.stdout
    doctor = manage(deployment.var, deployment.port, "doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def test_second_copy_on_the_same_folder_is_refused(deployment: Deployment) -> None:
    second = manage(deployment.var, free_port(), "up")
    assert second.returncode == 1
    assert f"process {deployment.process.pid} runs on" in second.stderr
    assert "Traceback" not in second.stderr
    assert deployment.answers()


def test_taken_port_is_refused_and_nothing_is_left(deployment: Deployment, tmp_path: Path) -> None:
    other = manage(tmp_path / "var", deployment.port, "up")
    assert other.returncode == 1
    assert f"Port {deployment.port} is taken" in other.stderr
    assert "Traceback" not in other.stderr
    assert processes.marked(MARKER, str(tmp_path / "var")) == []


@pytest.mark.parametrize("name", ["Web", "Worker", "Beat", "Mail catcher", "Valkey", "PostgreSQL"])
def test_each_service_comes_back_from_kill_9(deployment: Deployment, name: str) -> None:
    before = deployment.state()[name]
    os.kill(before["pid"], signal.SIGKILL)
    eventually(lambda: deployment.state()[name]["restarts"] == before["restarts"] + 1)
    eventually(lambda: deployment.is_ready() and deployment.answers(), within=60)
    assert deployment.process.poll() is None


def test_kill_9_of_the_supervisor_leaves_nothing_and_the_next_start_works(
    tmp_path: Path,
) -> None:
    first = start(tmp_path / "var", free_port())
    pool = [pid for pid in first.remains() if processes.name_of(pid)]
    assert len(pool) >= 8
    first.process.kill()
    first.process.wait()
    eventually(lambda: first.remains() == [])
    first.process.kill()
    second = start(tmp_path / "var", first.port)
    assert second.answers()
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(60) == 0
    assert second.remains() == []
    assert not (tmp_path / "var/state/services.json").exists()
    assert manage(tmp_path / "var", first.port, "status").returncode == 1


def test_doctor_says_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    var = tmp_path / "var"
    manage(var, free_port(), "status")
    (var / "secrets/secret-key").chmod(0o644)
    found = manage(var, free_port(), "doctor")
    assert found.returncode == 1
    assert "secret-key can be read by other users" in found.stdout
    assert "chmod 600" in found.stdout
    assert "nothing runs on this data folder" in found.stdout
    assert "make run" in found.stdout


def test_read_only_folder_is_one_sentence(tmp_path: Path) -> None:
    """As a user who may not write there: root may write anywhere."""
    var = tmp_path / "var"
    var.mkdir()
    var.chmod(0o555)
    found = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(var)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 1
    assert "can't be written" in found.stderr
    assert "VAR=" in found.stderr
    assert "Traceback" not in found.stderr


# Imported first: below a private home, nobody could not read the program any more.
AS_NOBODY = f"""
import os, sys
os.environ["VAR"] = sys.argv[1]
from comms.stack import up
from comms.stack.errors import StackError
os.chdir(os.path.dirname(sys.argv[1]))
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({pwd.getpwnam("nobody").pw_gid})
    os.setuid({pwd.getpwnam("nobody").pw_uid})
try:
    up.main()
except StackError as error:
    sys.exit(str(error))
"""
