"""The doctor names a key-encryption key that is missing or isn't the data's, and says how to mend it."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from comms.core.ids import uuid7
from comms.core.key_encryption import LocalKeys
from comms.stack.endpoints import Endpoints
from comms.stack.errors import StackError
from comms.stack.health import Finding, findings
from comms.stack.held_log_key import fits
from comms.stack.options import Options, read_options
from comms.stack.secrets import local_keys
from comms.wire import notes
from tests.stack.deployment import Deployment

RIGHT, OTHER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
ORIGIN = "entente.example/identities"
NOTE = notes.sign_checkpoint(
    notes.Checkpoint(ORIGIN, 2, bytes(32)), base64.b64decode(RIGHT, validate=True)
)
RIGHT_ID, OTHER_ID = LocalKeys(RIGHT).current_id, LocalKeys(OTHER).current_id


@pytest.fixture(scope="module")
def options(
    served: tuple[Path, Endpoints], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Options]:
    """A database whose two workspaces have data keys, as the product's role sees it: one at a time."""
    _var, endpoints = served
    name = "doctor_keys"
    with psycopg.connect(endpoints.database_owner_url, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
    urls = [
        url.replace("/comms?", f"/{name}?")
        if "/comms?" in url
        else url.removesuffix("comms") + name
        for url in (endpoints.database_url, endpoints.database_owner_url)
    ]
    with psycopg.connect(urls[1]) as owner:
        owner.execute("CREATE TABLE accounts_workspace (id uuid PRIMARY KEY)")
        owner.execute("CREATE TABLE ledger_datakey (workspace_id uuid, kek_id text)")
        owner.execute("CREATE TABLE ledger_logcheckpoint (size bigint, note bytea)")
        # A later note counts: the first one is nobody's.
        owner.execute("INSERT INTO ledger_logcheckpoint VALUES (1, ''), (2, %s)", [NOTE])
        for key in (RIGHT_ID, OTHER_ID):
            workspace = uuid7()
            owner.execute("INSERT INTO accounts_workspace VALUES (%s)", [workspace])
            owner.execute("INSERT INTO ledger_datakey VALUES (%s, %s)", [workspace, key])
        owner.execute(
            "ALTER TABLE ledger_datakey ENABLE ROW LEVEL SECURITY;"
            "ALTER TABLE ledger_datakey FORCE ROW LEVEL SECURITY;"
            "CREATE POLICY own ON ledger_datakey USING"
            " (workspace_id = NULLIF(current_setting('comms.workspace', true), '')::uuid);"
            "GRANT SELECT ON accounts_workspace, ledger_datakey, ledger_logcheckpoint TO comms_app"
        )
    found = read_options({"VAR": str(tmp_path_factory.mktemp("doctor") / "var")})
    yield dataclasses.replace(found, database_url=urls[0], database_owner_url=urls[1])
    with psycopg.connect(endpoints.database_owner_url, autocommit=True) as owner:
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def about_log(options: Options, key: str, origin: str = ORIGIN) -> Finding:
    found = findings(options, [RIGHT, OTHER], (key, origin))
    (one,) = [each for each in found if each.subject == "Log key"]
    return one


def test_finds_nothing_wrong_with_the_key_that_signed_the_log(options: Options) -> None:
    assert about_log(options, RIGHT).problem == ""


def test_names_a_log_key_that_did_not_sign_the_log_and_the_mend(options: Options) -> None:
    for key, origin in ((OTHER, ORIGIN), (RIGHT, "elsewhere.example/identities")):
        found = about_log(options, key, origin)
        assert "signed with another key" in found.problem
        assert str(options.folder.secrets / "log-key") in found.mend
        assert "LOG_KEY" in found.mend
        assert key not in found.problem + found.mend


def test_says_that_a_log_key_is_missing_or_none(options: Options) -> None:
    for key in ("", "c2hvcnQ=", "*"):
        assert "isn't base64 of exactly 32 bytes" in about_log(options, key).problem


def test_a_restored_log_fits_the_key_that_signed_it_alone(options: Options) -> None:
    """What `restore` says at its end."""
    assert options.database_url is not None
    with psycopg.connect(options.database_url) as connection:
        assert fits(connection, RIGHT, ORIGIN)
        assert not fits(connection, OTHER, ORIGIN)
        assert not fits(connection, RIGHT, "elsewhere.example/identities")
        assert not fits(connection, "", ORIGIN)


def about_keys(options: Options, *keys: str) -> Finding:
    (found,) = [each for each in findings(options, keys) if each.subject == "Key-encryption key"]
    return found


def test_finds_nothing_wrong_with_all_keys(options: Options) -> None:
    assert about_keys(options, RIGHT, OTHER).problem == ""


def test_names_the_missing_key_and_where_to_put_it(options: Options) -> None:
    found = about_keys(options, RIGHT)
    assert f"needs {OTHER_ID}, and only {RIGHT_ID} is here" in found.problem
    assert str(options.folder.secrets / "key-encryption-key") in found.mend
    assert "KEY_ENCRYPTION_KEYS_OLD" in found.mend
    assert OTHER not in found.problem + found.mend


def test_says_that_a_key_is_none(options: Options) -> None:
    found = about_keys(options, "c2hvcnQ=")
    assert "isn't base64 of exactly 32 bytes" in found.problem
    assert "c2hvcnQ=" not in found.problem + found.mend


def test_makes_no_new_key_beside_data_that_needs_the_old_one(tmp_path: Path) -> None:
    var = tmp_path / "var"
    key = local_keys(var).key_encryption_key_file
    assert key is not None
    (var / "postgres/data").mkdir(parents=True)
    (var / "postgres/data/PG_VERSION").write_text("18\n")
    local_keys(var)
    key.unlink()
    with pytest.raises(StackError, match=r"is missing: put its file back at .*key-encryption-key"):
        local_keys(var)
    assert not key.exists()
    said = Deployment(var).manage("doctor")
    assert said.returncode == 1
    assert "The key-encryption key is missing: put its file back" in said.stderr
    assert "Traceback" not in said.stderr
