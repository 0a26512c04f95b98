"""``manage.py up`` as an administrator meets it: one command, killed in every way, and its refusals."""

from __future__ import annotations

import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from comms.stack import processes
from comms.stack.definitions import MARKER
from comms.stack.options import PROJECT
from tests.stack.deployment import SERVICES, Deployment
from tests.stack.migrated import copy_migrated
from tests.stack.patience import eventually


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    found = Deployment(tmp_path_factory.mktemp("up") / "my var")
    found.start()
    yield found
    if found.process.poll() is None:
        assert found.stop() == 0
    assert found.remains() == []


def test_answers_and_tells_each_service_then_the_address(deployment: Deployment) -> None:
    assert deployment.answers()
    for name in SERVICES:
        assert f"{name} is ready" in deployment.output()
    assert deployment.output().rstrip().endswith(f"http://localhost:{deployment.port}")


def test_first_start_prints_the_set_up_link(deployment: Deployment) -> None:
    assert f"{deployment.url}/" in deployment.output().split("Ctrl-C")[0]


def test_status_and_doctor_find_nothing_wrong(deployment: Deployment) -> None:
    status = deployment.manage("status")
    assert status.returncode == 0, status.stdout + status.stderr
    assert deployment.url in status.stdout
    doctor = deployment.manage("doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr


def test_second_copy_on_the_same_folder_is_refused(deployment: Deployment) -> None:
    second = Deployment(deployment.var).manage("up")
    assert second.returncode == 1
    assert f"process {deployment.process.pid} runs on" in second.stderr
    assert "Traceback" not in second.stderr
    assert deployment.answers()


def test_taken_port_is_refused_and_nothing_is_left(deployment: Deployment, tmp_path: Path) -> None:
    other = Deployment(tmp_path / "var", deployment.port).manage("up")
    assert other.returncode == 1
    assert f"Port {deployment.port} is taken" in other.stderr
    assert "Traceback" not in other.stderr
    assert processes.marked(MARKER, str(tmp_path / "var")) == []


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_comes_back_from_kill_9(deployment: Deployment, name: str) -> None:
    deployment.kill_service(name)
    assert deployment.process.poll() is None


def test_kill_9_of_the_supervisor_leaves_nothing_and_the_next_start_works(tmp_path: Path) -> None:
    copy_migrated(tmp_path / "var")
    deployment = Deployment(tmp_path / "var")
    deployment.start()
    # The worker's pool among them, whose parent the kernel would not tell of our end.
    assert len(deployment.remains()) >= len(SERVICES) + 2
    # Somebody has an account by the next start, and no start has noted that yet.
    made = deployment.manage("shell", "-c", "from tests.journeys.threads_cast import make; make()")
    assert made.returncode == 0, made.stderr
    deployment.process.kill()
    deployment.process.wait()
    eventually(lambda: deployment.remains() == [])
    said = len(deployment.output())
    deployment.start()
    assert deployment.answers()
    # It offers no set-up link, remembers that, and goes on.
    assert "#" not in deployment.output()[said:]
    assert (tmp_path / "var/state/set-up-done").exists()
    assert deployment.process.poll() is None
    # `make` passes on a signal that the whole group gets: two at once are one wish, and nothing is killed.
    said = len(deployment.output())
    deployment.process.send_signal(signal.SIGINT)
    assert deployment.stop(signal.SIGTERM) == 0
    assert "SIGKILL" not in deployment.output()[said:]
    assert deployment.remains() == []
    assert deployment.manage("status").returncode == 1


def test_doctor_says_what_is_wrong_and_how_to_mend_it(tmp_path: Path) -> None:
    stopped = Deployment(tmp_path / "var")
    assert stopped.manage("status").returncode == 1
    (tmp_path / "var/secrets/secret-key").chmod(0o644)
    found = stopped.manage("doctor")
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
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.local"
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
