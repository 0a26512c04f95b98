"""Runs PostgreSQL's own dump and restore programs on a connection URL, streaming."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from comms.stack.errors import StackError
from comms.stack.processes import launched
from comms.stack.programs import find_programs

BLOCK = 1024 * 1024


def dump(url: str, snapshot: str) -> Iterator[bytes]:
    """The whole database as seen by an exported snapshot. Raises StackError if the dump fails."""
    address, environment = _connection(url)
    command = launched(
        [
            find_programs().postgres_bin / "pg_dump",
            f"--dbname={address}",
            "--format=custom",
            "--no-owner",
            "--no-comments",
            "--no-password",
            f"--snapshot={snapshot}",
        ]
    )
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            while process.stdout is not None and (block := process.stdout.read(BLOCK)):
                yield block
            if process.wait() != 0:
                raise StackError(f"The database couldn't be dumped: {_last_line(errors)}")
        finally:
            _end(process)


def load(url: str, content: Iterable[bytes]) -> None:
    """Restore a dump in one transaction: all of it or nothing. Raises StackError if it fails."""
    address, environment = _connection(url)
    command = launched(
        [
            find_programs().postgres_bin / "pg_restore",
            f"--dbname={address}",
            "--format=custom",
            "--no-owner",
            "--no-comments",
            "--no-password",
            "--single-transaction",
            "--exit-on-error",
        ]
    )
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        try:
            _feed(process, content)
            if process.wait() != 0:
                raise StackError(f"The database couldn't be restored: {_last_line(errors)}")
        finally:
            _end(process)


def _feed(process: subprocess.Popen[bytes], content: Iterable[bytes]) -> None:
    if process.stdin is None:
        return
    for block in content:
        try:
            process.stdin.write(block)
        except BrokenPipeError:
            return  # It gave up; its own words follow.
    try:
        process.stdin.close()
    except BrokenPipeError:
        return


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def _connection(url: str) -> tuple[str, dict[str, str]]:
    """The address without the password, and an environment that holds it."""
    words = conninfo_to_dict(url)
    password = words.pop("password", None)
    environment = dict(os.environ)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **{name: str(value) for name, value in words.items()}), environment


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = [
        line.strip() for line in errors.read().decode(errors="replace").splitlines() if line.strip()
    ]
    found = [line for line in lines if "error:" in line]
    return (found or lines or ["no reason was given"])[0]
