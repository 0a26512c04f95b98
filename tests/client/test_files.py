"""Files: whole, in chunks, cut short and gone on with, damaged."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comms.client.errors import UnreachableError
from comms.client.files import plain_name
from comms.client.remote import Remote
from tests.client.conftest import Terminal

Terminals = Callable[..., Terminal]
MIB = 1024 * 1024


@pytest.fixture
def pair(terminal: Terminals) -> tuple[Terminal, Terminal, str]:
    dina, pavel = terminal("dina"), terminal("pavel")
    return dina, pavel, dina.done("new", "Papers", "--with", "Pavel").data["id"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost connection is tried again at once."""
    monkeypatch.setattr("comms.client.files._WAITS", (0.0, 0.0))


def test_file_arrives_as_it_was(pair: tuple[Terminal, Terminal, str], tmp_path: Path) -> None:
    dina, pavel, thread = pair
    content = os.urandom(2 * MIB + 4321)
    paper = tmp_path / "protocol.pdf"
    paper.write_bytes(content)
    empty = tmp_path / "empty.txt"
    empty.touch()
    rows = dina.done("attach", thread, str(paper), str(empty), "--text", "Two papers").rows
    assert [row["seq"] for row in rows] == [1, 2]
    first, second = pavel.done("read", thread).rows
    assert (first["text"], first["file"]["name"], first["file"]["size"]) == (
        "Two papers",
        "protocol.pdf",
        len(content),
    )
    assert "key" not in first["file"]
    assert second["file"]["size"] == 0
    folder = tmp_path / "inbox"
    folder.mkdir()
    pavel.done("fetch", thread, "1", "--to", str(folder))
    saved = folder / "protocol.pdf"
    assert saved.read_bytes() == content
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    again = pavel.json("fetch", thread, "1", "--to", str(folder))
    assert again.code == 2
    pavel.done("fetch", thread, "1", "--to", str(folder), "--force")
    pavel.done("fetch", thread, "2", "--to", str(folder / "nothing.txt"))
    assert (folder / "nothing.txt").read_bytes() == b""
    assert sorted(one.name for one in folder.iterdir()) == ["nothing.txt", "protocol.pdf"]


def test_upload_goes_on_where_it_was_cut(
    pair: tuple[Terminal, Terminal, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dina, pavel, thread = pair
    paper = tmp_path / "long.bin"
    paper.write_bytes(os.urandom(3 * MIB))
    honest = Remote.put_chunk
    sent: list[int] = []

    def cut(self: Remote, thread: Any, blob: Any, index: int, sealed: bytes) -> None:
        if index == 2:
            raise UnreachableError("The line is cut.")
        sent.append(index)
        honest(self, thread, blob, index, sealed)

    monkeypatch.setattr(Remote, "put_chunk", cut)
    assert dina.json("attach", thread, str(paper)).code == 4
    assert pavel.done("read", thread).rows == []

    def count(self: Remote, thread: Any, blob: Any, index: int, sealed: bytes) -> None:
        sent.append(index)
        honest(self, thread, blob, index, sealed)

    monkeypatch.setattr(Remote, "put_chunk", count)
    dina.done("attach", thread, str(paper))
    assert sent == [0, 1, 2]
    pavel.done("fetch", thread, "1", "--to", str(tmp_path / "copy.bin"))
    assert (tmp_path / "copy.bin").read_bytes() == paper.read_bytes()


def test_changed_file_gets_a_key_of_its_own(
    pair: tuple[Terminal, Terminal, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dina, _pavel, thread = pair
    paper = tmp_path / "draft.bin"
    paper.write_bytes(os.urandom(2 * MIB))
    blobs: set[Any] = set()
    honest = Remote.put_chunk

    def cut(self: Remote, thread: Any, blob: Any, index: int, sealed: bytes) -> None:
        blobs.add(blob)
        if index == 1 and len(blobs) == 1:
            raise UnreachableError("The line is cut.")
        honest(self, thread, blob, index, sealed)

    monkeypatch.setattr(Remote, "put_chunk", cut)
    assert dina.json("attach", thread, str(paper)).code == 4
    paper.write_bytes(os.urandom(2 * MIB))
    dina.done("attach", thread, str(paper))
    assert len(blobs) == 2


def test_download_goes_on_where_it_was_cut(
    pair: tuple[Terminal, Terminal, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dina, pavel, thread = pair
    paper = tmp_path / "long.bin"
    paper.write_bytes(os.urandom(3 * MIB))
    dina.done("attach", thread, str(paper))
    honest = Remote.chunk
    fetched: list[int] = []

    def cut(self: Remote, thread: Any, blob: Any, index: int) -> bytes:
        if index == 2 and fetched.count(2) == 0 and len(fetched) < 5:
            fetched.append(-1)
            raise UnreachableError("The line is cut.")
        fetched.append(index)
        return honest(self, thread, blob, index)

    monkeypatch.setattr(Remote, "chunk", cut)
    copy = tmp_path / "copy.bin"
    assert pavel.json("fetch", thread, "1", "--to", str(copy)).code == 4
    assert not copy.exists()
    pavel.done("fetch", thread, "1", "--to", str(copy))
    assert copy.read_bytes() == paper.read_bytes()
    assert [index for index in fetched if index >= 0] == [0, 1, 2]


@pytest.mark.parametrize("damage", ["flipped", "swapped", "cut"])
def test_nothing_remains_of_a_damaged_file(
    pair: tuple[Terminal, Terminal, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
) -> None:
    dina, pavel, thread = pair
    paper = tmp_path / "two.bin"
    paper.write_bytes(os.urandom(2 * MIB))
    dina.done("attach", thread, str(paper))
    honest = Remote.chunk

    def lie(self: Remote, thread: Any, blob: Any, index: int) -> bytes:
        if damage == "swapped":
            return honest(self, thread, blob, 1 - index)
        sealed = honest(self, thread, blob, index)
        if index == 0:
            return sealed
        return sealed[:-1] if damage == "cut" else bytes([sealed[0] ^ 1]) + sealed[1:]

    monkeypatch.setattr(Remote, "chunk", lie)
    folder = tmp_path / "inbox"
    folder.mkdir()
    found = pavel.json("fetch", thread, "1", "--to", str(folder))
    assert (found.code, found.error["code"]) == (5, "damaged-file")
    assert list(folder.iterdir()) == []


def test_deleted_file_is_gone(pair: tuple[Terminal, Terminal, str], tmp_path: Path) -> None:
    dina, pavel, thread = pair
    paper = tmp_path / "secret.txt"
    paper.write_text("for a moment")
    dina.done("attach", thread, str(paper))
    dina.done("delete", thread, "1")
    assert pavel.json("fetch", thread, "1", "--to", str(tmp_path / "copy")).code == 2


def test_refuses_what_is_no_file_or_too_large(
    pair: tuple[Terminal, Terminal, str], tmp_path: Path
) -> None:
    dina, _pavel, thread = pair
    assert dina.json("attach", thread, str(tmp_path / "nowhere")).code == 2
    huge = tmp_path / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(101 * MIB)
    found = dina.json("attach", thread, str(huge))
    assert found.code == 2
    assert "100 MiB" in found.error["sentence"]


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "etcpasswd"),
        (".bashrc", "bashrc"),
        ("exe\u202efdp.exe", "exefdp.exe"),
        ("a\nb.txt", "ab.txt"),
        ("...", "file"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
    ],
)
def test_names_are_plain(given: str, plain: str) -> None:
    assert plain_name(given) == plain
