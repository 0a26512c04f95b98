"""Addresses are worked out from the folder alone, the same each time."""

from __future__ import annotations

import json
import socket
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import pytest

from comms.stack.endpoints import (
    SOCKET_PATH_LIMIT,
    fits_socket,
    local_endpoints,
    local_listening,
    postgres_socket,
    replace_taken_ports,
)
from comms.stack.errors import StackError
from comms.stack.folder import Folder, read_or_create
from comms.stack.secrets import local_keys, local_secrets


def test_same_folder_gives_same_addresses(tmp_path: Path) -> None:
    assert local_endpoints(tmp_path / "var") == local_endpoints(tmp_path / "var")


def test_two_folders_share_nothing(tmp_path: Path) -> None:
    first, second = local_endpoints(tmp_path / "a"), local_endpoints(tmp_path / "b")
    assert first.database_url != second.database_url
    assert first.redis_url != second.redis_url
    assert first.smtp_port != second.smtp_port


def test_uses_sockets_for_a_short_path(tmp_path: Path) -> None:
    endpoints = local_endpoints(tmp_path / "v")
    assert unquote(endpoints.database_url.split("host=")[1]).startswith(
        str(tmp_path / "v/postgres")
    )
    assert endpoints.redis_url.startswith("unix://")


@pytest.mark.parametrize(
    ("length", "fits"), [(SOCKET_PATH_LIMIT - 1, True), (SOCKET_PATH_LIMIT, False)]
)
def test_socket_limit_is_counted_in_bytes(length: int, fits: bool) -> None:
    ascii_path = Path("/" + "x" * (length - 1))
    wide_path = Path("/" + "é" * ((length - 1) // 2) + "x" * ((length - 1) % 2))
    assert fits_socket(ascii_path) is fits
    assert fits_socket(wide_path) is fits


def test_longest_socket_path_can_be_bound(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    path += "x" * (SOCKET_PATH_LIMIT - 1 - len(path))
    assert fits_socket(Path(path))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)


def test_comma_in_the_path_needs_tcp() -> None:
    # libpq would read "/a" and "b" as two hosts.
    assert not fits_socket(Path("/a,b"))


def test_long_path_gets_ports_that_stay(tmp_path: Path) -> None:
    var = tmp_path / ("x" * 90)
    first, again = local_endpoints(var), local_endpoints(var)
    assert "127.0.0.1:" in first.database_url
    assert first.redis_url.startswith("redis://")
    assert first == again


def test_taken_port_is_replaced_by_a_free_one(tmp_path: Path) -> None:
    folder = Folder.at(tmp_path / "var")
    before = local_listening(folder).smtp_port
    with socket.socket() as other:
        other.bind(("127.0.0.1", before))
        other.listen()
        assert replace_taken_ports(folder) == ["smtp"]
    assert local_listening(folder).smtp_port != before


def test_free_ports_are_kept(tmp_path: Path) -> None:
    folder = Folder.at(tmp_path / "var")
    before = local_listening(folder)
    assert replace_taken_ports(folder) == []
    assert local_listening(folder) == before


def test_secrets_are_private_and_different(tmp_path: Path) -> None:
    secrets, keys = local_secrets(tmp_path / "var"), local_keys(tmp_path / "var")
    words = [
        secrets.secret_key,
        secrets.database_owner_password,
        secrets.database_app_password,
        secrets.database_admin_password,
        secrets.valkey_password,
        (tmp_path / "var/secrets/key-encryption-key").read_text(),
        keys.log_key,
    ]
    assert len(set(words)) == len(words)
    assert all(len(word) >= 44 for word in words)
    for path in (tmp_path / "var/secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var/secrets").stat().st_mode) == 0o700


def test_keys_that_the_environment_gives_are_not_made_and_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also beside data: the file may never have been there."""
    monkeypatch.setenv("KEY_ENCRYPTION_KEY", "given")
    monkeypatch.setenv("LOG_KEY_FILE", "/given/too")
    (tmp_path / "var/postgres/data").mkdir(parents=True)
    (tmp_path / "var/postgres/data/PG_VERSION").write_text("18\n")
    keys = local_keys(tmp_path / "var")
    assert (keys.key_encryption_key_file, keys.log_key) == (None, "")
    assert not any("key" in path.name for path in (tmp_path / "var/secrets").iterdir())


def test_repr_shows_no_secret(tmp_path: Path) -> None:
    secrets, endpoints = local_secrets(tmp_path / "var"), local_endpoints(tmp_path / "var")
    keys = local_keys(tmp_path / "var")
    shown = repr(secrets) + repr(endpoints) + repr(keys)
    for word in (
        keys.log_key,
        secrets.secret_key,
        secrets.database_app_password,
        secrets.valkey_password,
    ):
        assert word not in shown


def test_many_first_readers_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        read = pool.map(
            lambda number: read_or_create(tmp_path / "secret", str(number).encode()), range(64)
        )
    assert len(set(read)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_file_in_the_way_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("not a folder")
    with pytest.raises(StackError, match=r"in the way.*VAR="):
        local_endpoints(tmp_path / "var")


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose name leaves room for a socket's, as pytest's own names don't always."""
    with tempfile.TemporaryDirectory(prefix="e", dir="/tmp") as folder:
        yield Path(folder)


def test_url_of_a_strange_folder_reads_back(short_path: Path) -> None:
    var = short_path / "a b%c&d?e#f"
    endpoints = local_endpoints(var)
    query = endpoints.database_url.split("?", 1)[1]
    assert unquote(query.split("&")[0].removeprefix("host=")) == str(
        postgres_socket(Folder.at(var)).parent
    )
    assert json.loads((var / "state/ports.json").read_text())["smtp"] == endpoints.smtp_port
