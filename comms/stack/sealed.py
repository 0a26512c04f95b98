"""One file sealed to a passphrase: what a backup is on disk.

Layout: magic, version, Argon2id parameters, salt, key commitment; then chunks of AES-256-GCM. The key is
Argon2id(NFKC(passphrase), salt), expanded by HKDF-SHA256 into cipher key and commitment. The salt is
fresh for each file, so the key is too, and a chunk's nonce is its place: 7 zero bytes, its index, and 1
if it is the last. Hence a chunk that was changed, moved, dropped or added at the end doesn't open. The
header is bound to every chunk as associated data.
"""

from __future__ import annotations

import hmac
import secrets
import struct
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from comms.stack.errors import StackError

MAGIC = b"entente-backup\x00\x01"
"""The last byte is the version."""
MEMORY, TIME, LANES = 65536, 3, 1
"""Argon2id: 64 MiB (in KiB), three passes, one lane."""
LARGEST_MEMORY, MOST_TIME = 1024 * 1024, 16
"""What a reader is willing to spend on a header that somebody may have forged."""
CHUNK = 1024 * 1024
TAG = 16
_PARAMETERS = struct.Struct(">III")
SALT, COMMITMENT = 16, 32
HEADER = len(MAGIC) + _PARAMETERS.size + SALT + COMMITMENT
MOST_CHUNKS = 2**32


class SealedWriter:
    """Seals what is written to it. Without ``close`` the file can't be opened."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt = secrets.token_bytes(SALT)
        parameters = _PARAMETERS.pack(MEMORY, TIME, LANES)
        key, commitment = _keys(passphrase, salt, MEMORY, TIME, LANES)
        self._file = file
        self._cipher = AESGCM(key)
        self._header = MAGIC + parameters + salt + commitment
        self._index = 0
        self._waiting = bytearray()
        file.write(self._header)

    def write(self, data: bytes) -> None:
        self._waiting += data
        # One whole chunk stays behind: only ``close`` knows which is the last.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def close(self) -> None:
        """Write the last chunk and its marker. The file itself stays open."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, plaintext: bytes, *, last: bool) -> None:
        if self._index >= MOST_CHUNKS:
            raise StackError("The backup is larger than this format can hold (4 PiB).")
        self._file.write(
            self._cipher.encrypt(_nonce(self._index, last=last), plaintext, self._header)
        )
        self._index += 1


class SealedReader:
    """Opens a sealed file, chunk by chunk. Nothing is returned that wasn't authenticated."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        """Read the header. Raises StackError for another kind of file or a wrong passphrase."""
        header = file.read(HEADER)
        if not header.startswith(MAGIC[:-1]):
            raise StackError("This file isn't a backup: choose one that 'manage.py backup' made.")
        if header[: len(MAGIC)] != MAGIC:
            raise StackError(
                "This backup was made by a newer release: restore it with that release."
            )
        if len(header) < HEADER:
            raise damaged()
        memory, time, lanes = _PARAMETERS.unpack_from(header, len(MAGIC))
        if not (
            MEMORY <= memory <= LARGEST_MEMORY and TIME <= time <= MOST_TIME and lanes == LANES
        ):
            raise damaged()
        salt = header[-SALT - COMMITMENT : -COMMITMENT]
        key, commitment = _keys(passphrase, salt, memory, time, lanes)
        if not hmac.compare_digest(commitment, header[-COMMITMENT:]):
            raise StackError("The passphrase is wrong for this backup.")
        self._file = file
        self._cipher = AESGCM(key)
        self._header = header

    def __iter__(self) -> Iterator[bytes]:
        """The plaintext in pieces. Raises StackError when the file was changed or cut off."""
        index = 0
        piece = self._file.read(CHUNK + TAG)
        while True:
            following = self._file.read(CHUNK + TAG)
            last = not following
            try:
                yield self._cipher.decrypt(_nonce(index, last=last), piece, self._header)
            except (InvalidTag, ValueError):
                raise damaged() from None
            if last:
                return
            piece = following
            index += 1


def damaged() -> StackError:
    return StackError(
        "This backup is damaged or not complete: it was changed or cut off after it was made. "
        "Nothing was restored from it; use another copy."
    )


def _nonce(index: int, *, last: bool) -> bytes:
    return bytes(7) + struct.pack(">I", index) + bytes([last])


def _keys(passphrase: str, salt: bytes, memory: int, time: int, lanes: int) -> tuple[bytes, bytes]:
    normal = unicodedata.normalize("NFKC", passphrase).encode()
    secret = Argon2id(
        salt=salt, length=32, iterations=time, lanes=lanes, memory_cost=memory
    ).derive(normal)
    both = HKDF(SHA256(), length=64, salt=salt, info=b"entente/backup/v1").derive(secret)
    return both[:32], both[32:]
