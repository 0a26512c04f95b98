"""The environment is read once, and each mistake is named with its mend."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from comms.stack.errors import StackError
from comms.stack.options import PROJECT, read_options
from comms.stack.web import TAKING_MS, bind, check_port


def test_defaults_serve_this_machine_only() -> None:
    options = read_options({})
    assert (options.host, options.port, options.demo) == ("localhost", 8000, False)
    assert options.folder.root == PROJECT / "var"
    assert options.address == "http://localhost:8000"


def test_reads_what_is_set(tmp_path: Path) -> None:
    options = read_options(
        {"HOST": "0.0.0.0", "PORT": "8123", "VAR": str(tmp_path), "DEMO": "1", "SMTP_HOST": "mx"}  # noqa: S104 - read, not bound
    )
    assert options.folder.root == tmp_path
    assert options.demo
    assert options.has_mail_server
    assert options.address == "http://localhost:8123"


def test_says_the_address_that_people_open() -> None:
    options = read_options({"PUBLIC_URL": "https://entente.example.org/", "PORT": "8123"})
    assert options.address == "https://entente.example.org"


@pytest.mark.parametrize("port", ["x", "0", "65536", "-1", "80 ", "٣"])
def test_refuses_a_port_that_is_none(port: str) -> None:
    with pytest.raises(StackError, match="PORT must be a number from 1 to 65535"):
        read_options({"PORT": port})


def test_refuses_a_flag_that_is_neither() -> None:
    with pytest.raises(StackError, match="DEMO must be 1 or 0"):
        read_options({"DEMO": "maybe"})


@pytest.mark.parametrize(
    ("given", "missing"),
    [("DATABASE_URL", "DATABASE_OWNER_URL"), ("DATABASE_OWNER_URL", "DATABASE_URL")],
)
def test_external_database_needs_both_roles(given: str, missing: str) -> None:
    with pytest.raises(StackError, match=f"Set {missing} too"):
        read_options({given: "postgresql://x"})


def test_repr_shows_no_address_with_a_password() -> None:
    url = "postgresql://a:secret@h/d"
    shown = repr(read_options({"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "REDIS_URL": url}))
    assert "secret" not in shown


def test_taken_port_is_said_with_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=rf"Port {port} is taken.*PORT={port + 1}"):
            check_port("localhost", port)


def test_unknown_host_is_said() -> None:
    with pytest.raises(StackError, match=r"HOST=no\.such\.host\.invalid isn't an address"):
        bind("no.such.host.invalid", 8000)
    with pytest.raises(StackError, match=r"HOST=192\.0\.2\.1 isn't an address"):
        bind("192.0.2.1", 8000)


def test_binds_each_address_of_localhost_that_exists() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    listeners = bind("localhost", port)
    assert listeners
    for listener in listeners:
        # Whoever takes nothing that they are sent is let go of in the end, by the kernel.
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == TAKING_MS
        listener.close()
