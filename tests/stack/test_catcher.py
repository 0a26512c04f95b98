"""The mail catcher keeps every mail it confirmed, byte for byte."""

from __future__ import annotations

import asyncio
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from comms.stack import mailbox
from comms.stack.catcher import read_body
from comms.stack.errors import StackError
from comms.stack.mailbox import MailFolder, MailWriter
from comms.stack.options import PROJECT
from tests.stack.deployment import free_port
from tests.stack.patience import eventually


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "comms.stack.catcher", "127.0.0.1", str(port), str(folder)],
        cwd=PROJECT,
    )
    eventually(lambda: answers(port))
    return process


@pytest.fixture(scope="module")
def catcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder, port = tmp_path_factory.mktemp("mail"), free_port()
    process = start(folder, port)
    yield port, folder
    process.terminate()
    assert process.wait(10) == 0


def test_keeps_envelope_and_bytes(catcher: tuple[int, Path]) -> None:
    port, folder = catcher
    content = b"Subject: caf\xc3\xa9\r\n\r\n.\r\n..two dots\r\nlast line"
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("bounce+1@example.org", ["ana@example.org", "bo@example.org"], content)
    mail = MailFolder(folder).newest(skip=0, count=1)[0]
    assert mail.content == content + b"\r\n"
    assert mail.envelope_from == "bounce+1@example.org"
    assert mail.envelope_to == ("ana@example.org", "bo@example.org")


def test_takes_an_address_outside_ascii(catcher: tuple[int, Path]) -> None:
    port, folder = catcher
    message = EmailMessage()
    message["Subject"] = "مرحبا"
    message["From"] = "a@example.org"
    message["To"] = "سلام@example.org"
    message.set_content("السلام عليكم")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(message)
    assert MailFolder(folder).newest(skip=0, count=1)[0].envelope_to == ("سلام@example.org",)


def test_serves_pipelined_mails_in_order(catcher: tuple[int, Path]) -> None:
    port, folder = catcher
    before = len(MailFolder(folder))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        reader = connection.makefile("rb")
        reader.readline()
        connection.sendall(b"EHLO me\r\n")
        offered: list[bytes] = []
        while not offered or offered[-1][3:4] == b"-":
            offered.append(reader.readline())
        assert any(b"PIPELINING" in line for line in offered)
        for number in range(20):
            connection.sendall(
                b"MAIL FROM:<a@example.org>\r\nRCPT TO:<p%d@example.org>\r\nDATA\r\n" % number
            )
            assert [reader.readline()[:3] for _ in range(3)] == [b"250", b"250", b"354"]
            # The end of one mail and the start of the next in one packet.
            connection.sendall(b"Subject: %d\r\n\r\nhello\r\n.\r\nNOOP\r\n" % number)
            assert [reader.readline()[:3] for _ in range(2)] == [b"250", b"250"]
    mails = list(MailFolder(folder))[before:]
    assert [mail.envelope_to[0] for mail in mails] == [
        f"p{number}@example.org" for number in range(20)
    ]


def test_refuses_a_mail_without_recipient(catcher: tuple[int, Path]) -> None:
    port, folder = catcher
    before = len(MailFolder(folder))
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("a@example.org")
        assert client.docmd("DATA")[0] == 503
    assert len(MailFolder(folder)) == before


def test_confirmed_mails_outlive_kill_9(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path, port)
    with smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(50):
            client.sendmail("a@example.org", [f"p{number}@example.org"], b"Subject: x\r\n\r\nx\r\n")
        process.send_signal(signal.SIGKILL)
        process.wait()
    again = start(tmp_path, port)
    try:
        assert len(MailFolder(tmp_path)) == 50
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("a@example.org", ["last@example.org"], b"Subject: y\r\n\r\ny\r\n")
        assert MailFolder(tmp_path).newest(skip=0, count=1)[0].envelope_to == ("last@example.org",)
    finally:
        again.terminate()
        again.wait(10)


def test_half_written_mail_is_cut_off(tmp_path: Path) -> None:
    writer = MailWriter(tmp_path)
    for _ in range(3):
        writer.append("a@example.org", ["b@example.org"], b"whole\r\n")
    writer.flush()
    writer.close()
    segment = next(tmp_path.glob("*.mails"))
    segment.write_bytes(segment.read_bytes()[:-4])
    assert len(MailFolder(tmp_path)) == 2
    again = MailWriter(tmp_path)
    again.append("a@example.org", ["c@example.org"], b"next\r\n")
    again.flush()
    again.close()
    assert [mail.envelope_to[0] for mail in MailFolder(tmp_path)] == [
        "b@example.org",
        "b@example.org",
        "c@example.org",
    ]


def test_full_file_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "SEGMENT_BYTES", 200)
    writer, folder = MailWriter(tmp_path), MailFolder(tmp_path)
    for number in range(10):
        writer.append("a@example.org", [f"p{number}@example.org"], b"x" * 50)
        writer.flush()
        assert len(folder) == number + 1
    writer.close()
    assert len(list(tmp_path.glob("*.mails"))) > 1
    assert [mail.envelope_to[0] for mail in folder] == [
        f"p{number}@example.org" for number in range(10)
    ]
    oldest = folder.newest(skip=9, count=5)
    assert [mail.envelope_to[0] for mail in oldest] == ["p0@example.org"]
    found = folder.get(oldest[0].id)
    assert found == oldest[0]
    assert folder.get("9-9") is None


def test_unwritable_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(StackError, match="in the way"):
        MailWriter(tmp_path / "mail")


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"ab\r\n.\r\n", b"ab\r\n"),
        (b"abc\r\n.\r\n", b"abc\r\n"),
        (b"\r\n\r\n\r\n.\r\n", b"\r\n\r\n\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"..a\r\nb\r\n..\r\n.\r\n", b".a\r\nb\r\n.\r\n"),
        (b"x\r\n..\r\n..y\r\n.\r\n", b"x\r\n.\r\n.y\r\n"),
        (b"a\r\nb\r\nccc\r\n.\r\n", b"a\r\nb\r\nccc\r\n"),
    ],
)
def test_reads_a_body_up_to_the_dot(sent: bytes, body: bytes) -> None:
    async def read() -> tuple[bytes, bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(sent + b"QUIT\r\n")
        reader.feed_eof()
        return await read_body(reader), await reader.read()

    assert asyncio.run(read()) == (body, b"QUIT\r\n")
