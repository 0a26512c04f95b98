"""A sealed file opens whole, with its passphrase, or not at all."""

from __future__ import annotations

import io
import struct

import pytest

from comms.stack import sealed
from comms.stack.archive import ArchiveReader, Entry, write_entry
from comms.stack.errors import StackError
from comms.stack.sealed import CHUNK, HEADER, MAGIC, TAG, SealedReader, SealedWriter

PASSPHRASE = "seven quiet rivers"


def seal(content: bytes) -> bytes:
    file = io.BytesIO()
    writer = SealedWriter(file, PASSPHRASE)
    writer.write(content)
    writer.close()
    return file.getvalue()


def open_sealed(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(SealedReader(io.BytesIO(content), passphrase))


@pytest.fixture(scope="module")
def three_chunks() -> bytes:
    return seal(b"a" * CHUNK + b"b" * CHUNK + b"c" * 10)


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_opens_what_was_sealed(length: int) -> None:
    content = bytes(range(256)) * (length // 256 + 1)
    assert open_sealed(seal(content[:length])) == content[:length]


def test_same_content_is_sealed_differently_each_time() -> None:
    assert seal(b"same")[HEADER:] != seal(b"same")[HEADER:]


def test_passphrase_may_be_typed_in_either_unicode_form() -> None:
    file = io.BytesIO()
    writer = SealedWriter(file, "cafe\u0301 au lait")
    writer.write(b"x")
    writer.close()
    assert open_sealed(file.getvalue(), "caf\u00e9 au lait") == b"x"


def test_refuses_a_wrong_passphrase(three_chunks: bytes) -> None:
    with pytest.raises(StackError, match="passphrase is wrong"):
        open_sealed(three_chunks, "seven quiet river")


def test_refuses_another_kind_of_file() -> None:
    for content in (b"", b"%PDF-1.7", b"\0" * 200):
        with pytest.raises(StackError, match="isn't a backup"):
            open_sealed(content)


def test_names_a_newer_format() -> None:
    with pytest.raises(StackError, match="newer release"):
        open_sealed(MAGIC[:-1] + b"\x02" + bytes(100))


def test_refuses_every_truncation(three_chunks: bytes) -> None:
    piece = CHUNK + TAG
    ends = [len(MAGIC), HEADER - 1, HEADER, HEADER + 5, HEADER + piece, HEADER + 2 * piece, -1]
    for end in ends:
        with pytest.raises(StackError, match="damaged or not complete"):
            open_sealed(three_chunks[:end])


def test_refuses_a_changed_byte_anywhere(three_chunks: bytes) -> None:
    for place in (HEADER, HEADER + CHUNK, HEADER + CHUNK + TAG + 7, len(three_chunks) - 1):
        changed = bytearray(three_chunks)
        changed[place] ^= 1
        with pytest.raises(StackError, match="damaged"):
            open_sealed(bytes(changed))


def test_refuses_swapped_dropped_and_added_chunks(three_chunks: bytes) -> None:
    piece = CHUNK + TAG
    head, body = three_chunks[:HEADER], three_chunks[HEADER:]
    first, second, third = body[:piece], body[piece : 2 * piece], body[2 * piece :]
    for forged in (
        second + first + third,
        first + third,
        first + second + third + third,
        first + second + second + third,
    ):
        with pytest.raises(StackError, match="damaged"):
            open_sealed(head + forged)


@pytest.mark.parametrize(
    "parameters", [(1024, 3, 1), (65536, 1, 1), (65536, 3, 4), (2**31, 3, 1), (65536, 1000, 1)]
)
def test_refuses_weaker_and_ruinous_key_derivation(
    three_chunks: bytes, parameters: tuple[int, int, int]
) -> None:
    forged = bytearray(three_chunks)
    struct.pack_into(">III", forged, len(MAGIC), *parameters)
    with pytest.raises(StackError, match="damaged"):
        open_sealed(bytes(forged))


def test_salt_decides_the_key(three_chunks: bytes) -> None:
    forged = bytearray(three_chunks)
    forged[len(MAGIC) + 12] ^= 1
    with pytest.raises(StackError, match="passphrase is wrong"):
        open_sealed(bytes(forged))


def test_archive_reads_back_entries_of_any_length() -> None:
    written = bytearray()
    entries = [
        ("database", "", [b"x" * 10, b"", b"y" * 9_000_000]),
        ("blob", "a/ب", []),
        ("end", "", [b"{}"]),
    ]
    for kind, name, content in entries:
        write_entry(written.extend, Entry(kind, name), content)
    pieces = [bytes(written[start : start + 70_001]) for start in range(0, len(written), 70_001)]
    read = [(entry.kind, entry.name, b"".join(blocks)) for entry, blocks in ArchiveReader(pieces)]
    assert read == [(kind, name, b"".join(content)) for kind, name, content in entries]


def test_archive_skips_what_nobody_read() -> None:
    written = bytearray()
    for name in ("one", "two"):
        write_entry(written.extend, Entry("blob", name), [b"z" * 5_000_000])
    assert [entry.name for entry, _ in ArchiveReader([bytes(written)])] == ["one", "two"]


@pytest.mark.parametrize(
    "content",
    [
        b"no line end",
        b"not json\n",
        b'{"kind":"blob"}\n',
        b'{"kind":"b","name":"n"}\n\xff\xff\xff\xff',
    ],
)
def test_archive_refuses_nonsense(content: bytes) -> None:
    with pytest.raises(StackError, match="damaged"):
        list(ArchiveReader([content]))


def test_header_length_is_what_the_layout_says(three_chunks: bytes) -> None:
    assert len(three_chunks) == HEADER + 2 * (CHUNK + TAG) + 10 + TAG
    assert sealed.MEMORY == 64 * 1024
