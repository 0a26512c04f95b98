"""PostgreSQL and Valkey as they are served: the roles' limits, and recovery from the worst end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from comms.stack import postgres, processes, programs, valkey
from comms.stack.embedded import running
from comms.stack.endpoints import Endpoints
from comms.stack.errors import StackError
from comms.stack.folder import Folder
from comms.stack.options import PROJECT
from comms.stack.secrets import local_keys
from tests.stack.patience import eventually

Served = tuple[Path, Endpoints]

FOREVER = """
import sys, time
from pathlib import Path
from comms.stack.embedded import running
with running(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(600)
"""


def start_elsewhere(var: Path) -> subprocess.Popen[bytes]:
    """Serve the folder from another process, which a test may kill."""
    process = subprocess.Popen(
        [sys.executable, "-c", FOREVER, str(var)], stdout=subprocess.PIPE, cwd=PROJECT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def test_product_role_reads_and_writes_rows_only(served: Served) -> None:
    _, endpoints = served
    with psycopg.connect(endpoints.database_owner_url) as owner:
        owner.execute("CREATE TABLE thing (id bigserial PRIMARY KEY, word text)")
    with psycopg.connect(endpoints.database_url) as app:
        app.execute("INSERT INTO thing (word) VALUES ('one')")
        app.execute("UPDATE thing SET word = 'two'")
        assert app.execute("SELECT word FROM thing").fetchall() == [("two",)]
        app.execute("DELETE FROM thing")
    for statement in (
        "DROP TABLE thing",
        "TRUNCATE thing",
        "ALTER TABLE thing ADD COLUMN more text",
        "CREATE TABLE mine (id int)",
        "CREATE ROLE friend",
        "CREATE DATABASE another",
        "SET ROLE comms_owner",
        "SELECT pg_read_file('PG_VERSION')",
    ):
        with (
            psycopg.connect(endpoints.database_url, autocommit=True) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute(statement.encode())


def test_product_role_is_bound_by_row_level_security(served: Served) -> None:
    _, endpoints = served
    with psycopg.connect(endpoints.database_owner_url) as owner:
        owner.execute("CREATE TABLE secret (team text)")
        owner.execute("INSERT INTO secret VALUES ('ours'), ('theirs')")
        owner.execute("ALTER TABLE secret ENABLE ROW LEVEL SECURITY")
        owner.execute("ALTER TABLE secret FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY own ON secret USING (team = current_setting('x.team', true))")
    with psycopg.connect(endpoints.database_url, autocommit=True) as app:
        assert app.execute("SELECT * FROM secret").fetchall() == []
        app.execute("SET x.team = 'ours'")
        assert app.execute("SELECT * FROM secret").fetchall() == [("ours",)]
        app.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SELECT * FROM secret")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("ALTER TABLE secret DISABLE ROW LEVEL SECURITY")
    with psycopg.connect(endpoints.database_owner_url) as owner:
        assert owner.execute("SELECT * FROM secret").fetchall() == []


@pytest.mark.parametrize("role", ["comms_app", "comms_owner"])
def test_roles_have_no_special_rights(served: Served, role: str) -> None:
    _, endpoints = served
    with psycopg.connect(endpoints.database_url) as app:
        rights = app.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolreplication FROM pg_roles"
            " WHERE rolname = %s",
            [role],
        ).fetchone()
    assert rights == (False, False, False, False)


def test_refuses_wrong_and_missing_passwords(served: Served) -> None:
    var, endpoints = served
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(endpoints.database_url, password="wrong")
    password = (var / "secrets/valkey").read_text().strip()
    for word in ("wrong", ""):
        url = endpoints.redis_url.replace(password, word)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(url).ping()


def test_pages_have_checksums_and_passwords_are_scram(served: Served) -> None:
    _, endpoints = served
    with psycopg.connect(endpoints.database_url) as app:
        assert app.execute("SHOW data_checksums").fetchone() == ("on",)
        assert app.execute("SHOW password_encryption").fetchone() == ("scram-sha-256",)


def test_valkey_never_throws_entries_away(served: Served) -> None:
    _, endpoints = served
    with redis.Redis.from_url(endpoints.redis_url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_no_secret_is_on_a_command_line(served: Served) -> None:
    var, _ = served
    words = [path.read_bytes().strip() for path in (var / "secrets").iterdir()]
    for pid in processes.working_in(var / "postgres/data") + processes.working_in(var / "valkey"):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        assert not any(word in command for word in words)


def test_server_does_not_run_as_root(served: Served) -> None:
    var, _ = served
    for pid in processes.working_in(var / "postgres/data") + processes.working_in(var / "valkey"):
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_second_copy_on_the_same_folder_is_refused(served: Served) -> None:
    var, _ = served
    with (
        pytest.raises(StackError, match=rf"in use already: process {os.getpid()} .*VAR="),
        running(var),
    ):
        pass


def test_long_path_is_served_by_tcp(tmp_path: Path) -> None:
    with running(tmp_path / ("long " * 20) / "var", durable=False) as endpoints:
        with psycopg.connect(endpoints.database_url) as app:
            assert app.execute("SELECT current_user").fetchone() == ("comms_app",)
        with redis.Redis.from_url(endpoints.redis_url) as client:
            assert client.ping()


def test_nothing_runs_after_the_block(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running(var, durable=False):
        assert processes.working_in(var / "postgres/data")
        assert processes.working_in(var / "valkey")
    assert not processes.working_in(var / "postgres/data")
    assert not processes.working_in(var / "valkey")


def test_data_outlives_kill_9_of_both_servers(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running(var) as endpoints:
        with psycopg.connect(endpoints.database_owner_url) as owner:
            owner.execute("CREATE TABLE kept (n int)")
            owner.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        with redis.Redis.from_url(endpoints.redis_url) as client:
            client.rpush("noted", *range(1000))
        first = [min(processes.working_in(var / "postgres/data"))]
        for pid in first + processes.working_in(var / "valkey"):
            os.kill(pid, signal.SIGKILL)
    with running(var) as endpoints:
        with psycopg.connect(endpoints.database_url) as app:
            assert app.execute("SELECT count(*) FROM kept").fetchone() == (1000,)
        with redis.Redis.from_url(endpoints.redis_url) as client:
            assert client.llen("noted") == 1000


def test_servers_end_when_their_starter_is_killed(tmp_path: Path) -> None:
    var = tmp_path / "var"
    starter = start_elsewhere(var)
    assert processes.working_in(var / "postgres/data")
    kill(starter)
    eventually(lambda: not processes.working_in(var / "postgres/data"))
    eventually(lambda: not processes.working_in(var / "valkey"))


def test_start_right_after_a_kill_waits_for_the_old_server(tmp_path: Path) -> None:
    var = tmp_path / "var"
    kill(start_elsewhere(var))
    with running(var) as endpoints, psycopg.connect(endpoints.database_url) as app:
        assert app.execute("SELECT 1").fetchone() == (1,)


def test_lock_file_that_names_a_stranger_is_removed(tmp_path: Path) -> None:
    var = tmp_path / "var"
    with running(var, durable=False):
        content = (var / "postgres/data/postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        lock = var / "postgres/data/postmaster.pid"
        lock.write_text("\n".join([str(stranger.pid), *content[1:]]) + "\n")
        said = postgres.clear_leftovers(Folder.at(var))
        assert len(said) == 1
        assert "'sleep'" in said[0]
        assert not lock.exists()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_leftover_servers_are_named_and_ended(tmp_path: Path) -> None:
    var = tmp_path / "var"
    starter = start_elsewhere(var)
    try:
        folder = Folder.at(var)
        assert "PostgreSQL was still running" in postgres.clear_leftovers(folder)[0]
        assert "Valkey was still running" in valkey.clear_leftovers(folder)[0]
        assert not processes.working_in(var / "postgres/data")
    finally:
        kill(starter)


def test_interrupted_first_start_is_made_again(tmp_path: Path) -> None:
    var = tmp_path / "var"
    (var / "postgres/data.new/base").mkdir(parents=True)
    (var / "postgres/password.new").write_text("old")
    with running(var, durable=False) as endpoints, psycopg.connect(endpoints.database_url):
        assert not (var / "postgres/data.new").exists()
        assert not (var / "postgres/password.new").exists()


def test_other_major_version_is_refused_with_the_mend(tmp_path: Path) -> None:
    local_keys(tmp_path / "var")
    data = tmp_path / "var/postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("14\n")
    with (
        pytest.raises(StackError, match=r"PostgreSQL 14.*backup.*fresh folder"),
        running(tmp_path / "var"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another user")
def test_root_copies_programs_that_others_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path("/var/cache") / f"comms-test-{os.getpid()}"
    place.mkdir(mode=0o755)
    try:
        monkeypatch.setattr(programs, "READABLE_PLACES", (place,))
        monkeypatch.setattr(programs, "_readable_by_all", lambda path: path == place)
        programs.find_programs.cache_clear()
        assert programs.find_programs().postgres_bin.is_relative_to(place)
        with (
            running(tmp_path / "var", durable=False) as endpoints,
            psycopg.connect(endpoints.database_url),
        ):
            pid = min(processes.working_in(tmp_path / "var/postgres/data"))
            assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(place)
    finally:
        programs.find_programs.cache_clear()
        subprocess.run(["rm", "-rf", str(place)], check=True)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="root only: an ordinary user has no folder it can't enter"
)
def test_folder_below_a_private_home_works_and_stays_private(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with running(home / "var", durable=False) as endpoints, psycopg.connect(endpoints.database_url):
        assert home.stat().st_mode & 0o077 == 0
