"""A message whose arrival nobody knows waits on the disk, and arrives once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from comms.client.errors import ServerError, UnreachableError
from comms.client.remote import Remote
from tests.client.conftest import Terminal
from tests.client.shell import PROGRAM
from tests.stack.patience import eventually

Terminals = Callable[..., Terminal]


@pytest.fixture
def pair(terminal: Terminals) -> tuple[Terminal, Terminal, str]:
    dina, pavel = terminal("dina"), terminal("pavel")
    return dina, pavel, dina.done("new", "Ceasefire", "--with", "Pavel").data["id"]


class Cut:
    """A line that passes everything on until it is told to swallow what is posted, or the answer to it."""

    def __init__(self, address: str) -> None:
        self.target = int(address.rpartition(":")[2])
        self.swallow: str | None = None
        self.swallowed = threading.Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                line, _from = self.server.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._pipe, args=(line, there, True), daemon=True).start()
            threading.Thread(target=self._pipe, args=(there, line, False), daemon=True).start()

    def _pipe(self, source: socket.socket, sink: socket.socket, asks: bool) -> None:
        posted = False
        while True:
            try:
                data = source.recv(65_536)
            except OSError:
                return
            posted = posted or (asks and data.startswith(b"POST") and b"/envelopes " in data)
            if posted and self.swallow == "request":
                self.swallowed.set()
                continue
            if not asks and self.swallow == "answer" and self.posting:
                self.swallowed.set()
                continue
            if posted:
                self.posting = True
            try:
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
            except OSError:
                return

    posting = False


@contextmanager
def cut_line(terminal: Terminal) -> Iterator[Cut]:
    """The line that this computer uses from now on."""
    cut = Cut(terminal.address)
    kept = terminal.home / "session.json"
    before = kept.read_text()
    kept.write_text(before.replace(terminal.address, f"http://localhost:{cut.port}"))
    try:
        yield cut
    finally:
        cut.server.close()
        kept.write_text(kept.read_text().replace(f"http://localhost:{cut.port}", terminal.address))


@pytest.mark.parametrize("swallow", ["request", "answer"])
def test_killed_in_the_middle_it_arrives_once(
    pair: tuple[Terminal, Terminal, str], swallow: str
) -> None:
    """kill -9 while the message, or the answer to it, is on its way."""
    dina, pavel, thread = pair
    with cut_line(dina) as cut:
        cut.swallow = swallow
        words = [*PROGRAM, "--home", str(dina.home), "send", thread, "once only"]
        # Its certificate of origin is the server's own, so the header must name it: this line is the server.
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert cut.swallowed.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        process.communicate()
    (waits,) = dina.done("outbox").data
    assert (waits["text"], waits["thread"]) == ("once only", thread)
    assert dina.done("list").data[0]["waiting"] == 1
    kept = next((dina.home / f"outbox-{dina_id(dina)}").iterdir())
    assert b"once only" not in kept.read_bytes()
    assert [row["text"] for row in dina.done("read", thread).rows] == ["once only"]
    assert dina.done("outbox").data == []
    assert [row["text"] for row in pavel.done("read", thread).rows] == ["once only"]


def dina_id(terminal: Terminal) -> str:
    return str(terminal.done("status").data["user"])


def test_goes_out_under_the_same_number_after_a_new_key(
    pair: tuple[Terminal, Terminal, str], monkeypatch: pytest.MonkeyPatch, terminal: Terminals
) -> None:
    dina, pavel, thread = pair
    honest = Remote.post
    monkeypatch.setattr("comms.client.patience.WAITS", ())

    def lose(self: Remote, where: UUID, envelope: bytes) -> int:
        honest(self, where, envelope)
        raise UnreachableError("The answer was lost.")

    def cut(self: Remote, where: UUID, envelope: bytes) -> int:
        raise UnreachableError("The line is cut.")

    monkeypatch.setattr(Remote, "post", lose)
    assert pavel.json("send", thread, "arrived").code == 4
    monkeypatch.setattr(Remote, "post", cut)
    assert pavel.json("send", thread, "did not arrive").code == 4
    dina.done("title", thread, "Under another key")
    monkeypatch.setattr(Remote, "post", honest)
    assert pavel.done("outbox", "--send").data == []
    texts = [row["text"] for row in dina.done("read", thread).rows]
    assert texts == ["arrived", "did not arrive"]


def test_what_the_server_refuses_stays_until_it_is_dropped(
    pair: tuple[Terminal, Terminal, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dina, pavel, thread = pair
    honest = Remote.post
    monkeypatch.setattr("comms.client.patience.WAITS", ())

    def broken(self: Remote, where: UUID, envelope: bytes) -> int:
        raise ServerError(502, "refused", "Bad gateway.")

    monkeypatch.setattr(Remote, "post", broken)
    assert pavel.json("send", thread, "perhaps").error["code"] == "not_known"
    monkeypatch.setattr(Remote, "post", honest)
    dina.done("role", thread, "Pavel", "observer")
    refused = pavel.json("outbox", "--send")
    assert refused.code == 1
    (waits,) = refused.data
    assert waits["text"] == "perhaps"
    assert "still waits" in pavel.run("read", thread).err
    assert pavel.done("outbox", "--discard", waits["name"][:12]).data == []
    assert dina.done("read", thread).rows == []


def test_a_refusal_that_leaves_no_doubt_leaves_nothing_behind(
    pair: tuple[Terminal, Terminal, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dina, _pavel, thread = pair

    def refuse(self: Remote, where: UUID, envelope: bytes) -> int:
        raise ServerError(422, "invalid", "Not like this.")

    monkeypatch.setattr(Remote, "post", refuse)
    assert dina.json("send", thread, "no").code == 1
    assert dina.done("outbox").data == []


@pytest.mark.parametrize("close", ["pipe", "closed"])
def test_sends_where_nobody_reads_what_it_says(
    pair: tuple[Terminal, Terminal, str], close: str
) -> None:
    dina, _pavel, thread = pair
    reading, writing = os.pipe()
    os.close(reading)
    words = [*PROGRAM, "--home", str(dina.home), "send", thread, "into a closed pipe"]
    if close == "closed":
        words = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *words]
    found = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert (found.returncode, found.stderr) == (0, b"")
    assert [row["text"] for row in dina.done("read", thread).rows] == ["into a closed pipe"]


def test_following_ends_with_whoever_read_it(pair: tuple[Terminal, Terminal, str]) -> None:
    dina, pavel, thread = pair
    process = subprocess.Popen(
        [*PROGRAM, "--home", str(pavel.home), "--json", "follow", thread],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    dina.done("send", thread, "one")
    assert process.stdout is not None
    assert b"one" in process.stdout.readline()
    process.stdout.close()
    dina.done("send", thread, "two")
    eventually(lambda: process.poll() is not None)
    assert process.returncode == 0
    process.communicate()
