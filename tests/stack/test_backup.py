"""A backup restores into a fresh folder with the same rows, blobs and audit heads, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from comms.stack.backup import make_backup
from comms.stack.embedded import running
from comms.stack.endpoints import Endpoints
from comms.stack.errors import StackError
from comms.stack.facts import Facts, differences
from comms.stack.options import Options, read_options
from comms.stack.restore import inspect, restore, safe_name

PASSPHRASE = "seven quiet rivers"
KEY = "00112233445566ff"
WORKSPACE = "0192aa00-0000-7000-8000-000000000001"
OTHER = "0192aa00-0000-7000-8000-000000000002"

SCHEMA = """
CREATE TABLE ledger_auditentry (id int PRIMARY KEY, workspace_id uuid, seq bigint, hash bytea);
CREATE TABLE ledger_datakey (id int PRIMARY KEY, workspace_id uuid, kek_id text);
CREATE TABLE letter (id serial PRIMARY KEY, workspace_id uuid NOT NULL, word text NOT NULL);
CREATE TABLE reply (id serial PRIMARY KEY, letter_id int NOT NULL REFERENCES letter);
ALTER TABLE letter ENABLE ROW LEVEL SECURITY;
ALTER TABLE letter FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON letter USING (workspace_id = NULLIF(current_setting('comms.workspace', true), '')::uuid);
REVOKE UPDATE, DELETE ON ledger_auditentry FROM comms_app;
INSERT INTO ledger_auditentry VALUES
  (1, 'WORKSPACE', 1, '\\x01'), (2, 'WORKSPACE', 2, '\\x02'), (3, 'OTHER', 1, '\\x0a'),
  (4, 'WORKSPACE', NULL, NULL);
INSERT INTO ledger_datakey VALUES (1, 'WORKSPACE', 'KEY');
"""
for _name, _value in (("WORKSPACE", WORKSPACE), ("OTHER", OTHER), ("KEY", KEY)):
    SCHEMA = SCHEMA.replace(f"'{_name}'", f"'{_value}'")


def options_of(var: Path) -> Options:
    return read_options({"VAR": str(var)})


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    """A backup of a small deployment that ran while it was made."""
    var = tmp_path_factory.mktemp("source") / "var"
    target = var.parent / "deployment.backup"
    with running(var, durable=False) as endpoints:
        with psycopg.connect(endpoints.database_owner_url, autocommit=True) as owner:
            owner.execute(SCHEMA.encode())
        with psycopg.connect(endpoints.database_url) as app:
            for workspace in (WORKSPACE, OTHER):
                app.execute("SELECT set_config('comms.workspace', %s, true)", [workspace])
                app.execute(
                    "INSERT INTO letter (workspace_id, word) SELECT %s, 'سلام ' || n FROM generate_series(1, 500) n",
                    [workspace],
                )
            app.execute("INSERT INTO reply (letter_id) SELECT id FROM letter")
        (var / "blobs/ab").mkdir()
        (var / "blobs/ab/one").write_bytes(os.urandom(3_000_000))
        (var / "blobs/empty").write_bytes(b"")
        summary = make_backup(options_of(var), target, PASSPHRASE)
        assert summary.blobs == 2
    return target, summary.facts


def test_manifest_tells_counts_heads_and_keys(saved: tuple[Path, Facts]) -> None:
    _, facts = saved
    assert facts.counts["letter"] == 1000
    assert facts.audit_heads == {WORKSPACE: "2:02", OTHER: "1:0a"}
    assert facts.key_ids == [KEY]
    assert facts.roles == ["comms_app"]


def test_restores_the_same_into_a_fresh_folder(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    target, facts = saved
    var = tmp_path / "new folder"
    assert restore(options_of(var), target, PASSPHRASE, held_keys=[KEY]).facts == facts
    source = target.parent / "var"
    for name in ("ab/one", "empty"):
        assert (var / "blobs" / name).read_bytes() == (source / "blobs" / name).read_bytes()
    with running(var, durable=False) as endpoints:
        with psycopg.connect(endpoints.database_url) as app:
            # Rights and row-level security came back with the rows.
            assert app.execute("SELECT count(*) FROM letter").fetchone() == (0,)
            app.execute("SELECT set_config('comms.workspace', %s, true)", [OTHER])
            assert app.execute("SELECT count(*), max(word) FROM letter").fetchone() == (
                500,
                "سلام 99",
            )
            app.execute("INSERT INTO letter (workspace_id, word) VALUES (%s, 'new')", [OTHER])
        with (
            psycopg.connect(endpoints.database_url) as app,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            app.execute("UPDATE ledger_auditentry SET seq = 9")
        # Tables of later migrations get the usual rights again.
        with psycopg.connect(endpoints.database_owner_url) as owner:
            owner.execute("CREATE TABLE later (id serial)")
        with psycopg.connect(endpoints.database_url) as app:
            app.execute("INSERT INTO later DEFAULT VALUES")
        assert_owned_by_owner(endpoints)


def assert_owned_by_owner(endpoints: Endpoints) -> None:
    with psycopg.connect(endpoints.database_owner_url) as owner:
        owners = owner.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    assert owners == [("comms_owner",)]


def test_backup_works_while_nothing_runs(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    target, facts = saved
    again = make_backup(options_of(target.parent / "var"), tmp_path / "again", PASSPHRASE)
    assert again.facts == facts


def test_backup_holds_no_plaintext_and_no_key(saved: tuple[Path, Facts]) -> None:
    target, _ = saved
    content = target.read_bytes()
    secrets = [path.read_bytes().strip() for path in (target.parent / "var/secrets").iterdir()]
    assert not any(word in content for word in [*secrets, "سلام".encode(), KEY.encode(), b"letter"])
    assert target.stat().st_mode & 0o077 == 0


def test_refuses_a_wrong_passphrase(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    with pytest.raises(StackError, match="passphrase is wrong"):
        restore(options_of(tmp_path / "v"), saved[0], "not this one, no", held_keys=[KEY])
    assert not (tmp_path / "v/postgres/data").exists()


def test_refuses_a_truncated_file(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(saved[0].read_bytes()[:-1000])
    with pytest.raises(StackError, match="damaged or not complete"):
        restore(options_of(tmp_path / "v"), cut, PASSPHRASE, held_keys=[KEY])
    assert not (tmp_path / "v/postgres/data").exists()


def test_names_the_missing_key_and_where_to_put_it(
    saved: tuple[Path, Facts], tmp_path: Path
) -> None:
    with pytest.raises(StackError, match=rf"{KEY}.*{tmp_path / 'v/secrets/key-encryption-key'}"):
        restore(options_of(tmp_path / "v"), saved[0], PASSPHRASE, held_keys=["ffffffffffffffff"])


def test_restores_without_the_key_if_asked(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    contents = restore(
        options_of(tmp_path / "v"), saved[0], PASSPHRASE, held_keys=[], without_key=True
    )
    assert contents.facts == saved[1]


def test_refuses_a_database_that_holds_tables(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    var = tmp_path / "v"
    with (
        running(var, durable=False) as endpoints,
        psycopg.connect(endpoints.database_owner_url) as owner,
    ):
        owner.execute("CREATE TABLE mine (id int)")
    with pytest.raises(StackError, match=r"holds tables already.*fresh folder"):
        restore(options_of(var), saved[0], PASSPHRASE, held_keys=[KEY])
    with (
        running(var, durable=False) as endpoints,
        psycopg.connect(endpoints.database_owner_url) as owner,
    ):
        tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == [("mine",)]


def test_refuses_a_folder_that_holds_blobs(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    (tmp_path / "v/blobs").mkdir(parents=True)
    (tmp_path / "v/blobs/mine").write_text("x")
    with pytest.raises(StackError, match=r"holds files already.*fresh folder"):
        restore(options_of(tmp_path / "v"), saved[0], PASSPHRASE, held_keys=[KEY])
    assert (tmp_path / "v/blobs/mine").read_text() == "x"


def test_refuses_while_the_folder_is_in_use(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    with running(tmp_path / "v", durable=False), pytest.raises(StackError, match="in use already"):
        restore(options_of(tmp_path / "v"), saved[0], PASSPHRASE, held_keys=[KEY])


def test_never_overwrites_a_file(saved: tuple[Path, Facts]) -> None:
    target, _ = saved
    before = target.read_bytes()
    with pytest.raises(StackError, match="exists already"):
        make_backup(options_of(target.parent / "var"), target, PASSPHRASE)
    assert target.read_bytes() == before


def test_leaves_no_file_when_it_fails(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    options = read_options(
        {
            "VAR": str(tmp_path / "v"),
            "DATABASE_URL": "postgresql://a:b@127.0.0.1:9/x",
            "DATABASE_OWNER_URL": "postgresql://c:d@127.0.0.1:9/x",
        }
    )
    with pytest.raises(StackError, match="can't be reached"):
        make_backup(options, tmp_path / "failed", PASSPHRASE)
    assert [path.name for path in tmp_path.iterdir()] == ["v"] or not list(tmp_path.iterdir())


def test_refuses_a_role_that_sees_only_some_rows(saved: tuple[Path, Facts], tmp_path: Path) -> None:
    var = saved[0].parent / "var"
    with running(var, durable=False) as endpoints:
        options = read_options(
            {
                "VAR": str(tmp_path / "v"),
                "DATABASE_URL": endpoints.database_url,
                "DATABASE_OWNER_URL": endpoints.database_owner_url,
            }
        )
        with pytest.raises(StackError, match=r"comms_owner doesn't see.*DATABASE_BACKUP_URL"):
            make_backup(options, tmp_path / "partial", PASSPHRASE)


def test_inspect_reads_without_writing(saved: tuple[Path, Facts]) -> None:
    before = sorted(saved[0].parent.iterdir())
    assert inspect(saved[0], PASSPHRASE).blobs == 2
    assert sorted(saved[0].parent.iterdir()) == before


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../up", "a/../../b", "a\0b"])
def test_refuses_a_blob_outside_its_folder(name: str) -> None:
    with pytest.raises(StackError, match="damaged"):
        safe_name(name)


def test_says_every_difference(saved: tuple[Path, Facts]) -> None:
    facts = saved[1]
    other = Facts(
        counts=facts.counts | {"letter": 999},
        audit_heads={WORKSPACE: "2:ff"},
        key_ids=[],
        migrations=[],
        roles=[],
    )
    said = differences(facts, other)
    assert len(said) == 3
    assert any("letter holds 999 rows instead of 1000" in sentence for sentence in said)
    assert differences(facts, facts) == []
