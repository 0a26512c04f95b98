"""Files in conversations: sealed and sent, or fetched and opened, one chunk of 1 MiB at a time.

An upload that was cut short goes on if the file is still the same (SHA-256); its key is kept sealed under the
vault's. A download goes on after the last whole chunk. Nothing of a file that was changed remains.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import os
import time
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

from comms.client.account import Keys
from comms.client.errors import ClientError, ServerError, Trouble, UnreachableError, UsageError
from comms.client.remote import BlobStatus, Remote
from comms.wire.bodies import FILE_LIMIT, FILE_NAME_LIMIT, FileBody
from comms.wire.cbor import decode, encode
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, uint
from comms.wire.files import CHUNK_SIZE, chunk_count, open_chunk, seal_chunk
from comms.wire.hashing import derive
from comms.wire.seal import open_box, seal

_LABEL: Final = "comms/v1/uploads"
_KEPT: Final = 24 * 3600
"""Seconds that the server keeps an unfinished upload."""
_WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0)

Progress = Callable[[int, int], None]
_T = TypeVar("_T")


class Uploads:
    """Uploads that began and did not end, in the folder of this program."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._key = derive(keys.key, _LABEL)

    def find(self, thread: UUID, digest: bytes, size: int) -> tuple[UUID, bytes] | None:
        """Blob and key of an upload of this very file in this thread."""
        for name, row in self._keys.home.uploads(self._keys.user).items():
            if row["thread"] != str(thread) or time.time() - row["at"] > _KEPT:
                continue
            blob = UUID(name)
            try:
                box = base64.b64decode(row["box"])
                kept = array(decode(open_box(self._key, _LABEL, blob.bytes, box), limit=256), 3)
            except WireError:
                continue
            if (octets(kept[1], 32), uint(kept[2])) == (digest, size):
                return blob, octets(kept[0], 32)
        return None

    def keep(self, thread: UUID, blob: UUID, key: bytes, digest: bytes, size: int) -> None:
        box = seal(self._key, _LABEL, blob.bytes, encode([key, digest, size]))
        row = {"thread": str(thread), "at": time.time(), "box": base64.b64encode(box).decode()}
        self._change(lambda rows: {**rows, str(blob): row})

    def forget(self, blob: UUID) -> None:
        """It is in a message, or was given up."""
        self._change(lambda rows: {name: row for name, row in rows.items() if name != str(blob)})

    def _change(self, change: Callable[[dict[str, object]], dict[str, object]]) -> None:
        home, user = self._keys.home, self._keys.user
        with home.locked():
            rows = {
                name: row
                for name, row in home.uploads(user).items()
                if time.time() - row["at"] <= _KEPT
            }
            home.keep_uploads(user, change(rows))


def upload(remote: Remote, keys: Keys, thread: UUID, path: Path, progress: Progress) -> FileBody:
    """Sends the file; what a message needs to name it. Raises UsageError, ServerError, UnreachableError."""
    size, digest, digests = _hash(path)
    uploads = Uploads(keys)
    blob, key, status = _begin(remote, uploads, thread, digest, size)
    done = len(status.present)
    with path.open("rb") as file:
        for index in range(chunk_count(size)):
            if index in status.present:
                continue
            file.seek(index * CHUNK_SIZE)
            data = file.read(CHUNK_SIZE)
            if hashlib.sha256(data).digest() != digests[index]:
                # One key never seals two files.
                raise UsageError(f"{path} was changed while it was being sent. Attach it again.")
            final = index == chunk_count(size) - 1
            sealed = seal_chunk(key, index, data, final=final)
            _patiently(partial(remote.put_chunk, thread, blob, index, sealed))
            done += 1
            progress(min(done * CHUNK_SIZE, size), size)
    if not _patiently(lambda: remote.blob(thread, blob)).is_complete:
        raise ClientError("The server lacks a part of the file. Try again.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return FileBody(blob, key, plain_name(path.name), kind, size, digest)


def download(
    remote: Remote, thread: UUID, body: FileBody, target: Path, progress: Progress
) -> None:
    """Fetches and opens the file. Nothing is at `target` before the last byte was checked.

    Raises Trouble("damaged-file"), ServerError, UnreachableError; what came whole is kept beside it for the next try.
    """
    part = target.with_name(f".{body.blob}.part")
    whole = hashlib.sha256()
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "r+b") as file:
        begin = _resume(file.fileno(), body, whole)
        file.seek(begin * CHUNK_SIZE)
        file.truncate()
        last = chunk_count(body.size) - 1
        try:
            for index in range(begin, last + 1):
                sealed = _patiently(partial(remote.chunk, thread, body.blob, index))
                data = open_chunk(body.key, index, sealed, final=index == last)
                if len(data) != min(CHUNK_SIZE, body.size - index * CHUNK_SIZE):
                    raise WireError("malformed", "another size than announced")
                whole.update(data)
                file.write(data)
                progress(min((index + 1) * CHUNK_SIZE, body.size), body.size)
            if whole.digest() != body.sha256:
                raise WireError("chain", "not the file that was sent")
        except WireError as error:
            part.unlink(missing_ok=True)
            raise Trouble("damaged-file", str(error)) from error
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def plain_name(name: str) -> str:
    """A name that shows and saves as what it is: no path, no invisible letters, at most 255 bytes."""
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFC", name)
        if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"} and letter not in "/\\"
    ).strip()
    kept = kept.lstrip(".") or "file"
    stem, dot, ending = kept.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = kept, "", ""
    room = FILE_NAME_LIMIT - len((dot + ending).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + ending


def _begin(
    remote: Remote, uploads: Uploads, thread: UUID, digest: bytes, size: int
) -> tuple[UUID, bytes, BlobStatus]:
    """An upload of this very file that was cut short, if the server still has it; else a new one."""
    known = uploads.find(thread, digest, size)
    if known is not None:
        blob, key = known
        try:
            return blob, key, _patiently(lambda: remote.blob(thread, blob))
        except ServerError as error:
            if error.status != 404:
                raise
            uploads.forget(blob)
    blob, key = uuid4(), os.urandom(32)
    # Kept first: whatever ends this program between the two leaves nothing that can't go on.
    uploads.keep(thread, blob, key, digest, size)
    return blob, key, _patiently(lambda: remote.begin_blob(thread, blob, size))


def _hash(path: Path) -> tuple[int, bytes, list[bytes]]:
    """Size and SHA-256 of the file and of each chunk."""
    try:
        size = path.stat().st_size
        if size > FILE_LIMIT:
            raise UsageError(
                f"{path} is larger than {FILE_LIMIT // CHUNK_SIZE} MiB. Send it in parts, or by another way."
            )
        whole, digests = hashlib.sha256(), []
        with path.open("rb") as file:
            for _index in range(chunk_count(size)):
                data = file.read(CHUNK_SIZE)
                whole.update(data)
                digests.append(hashlib.sha256(data).digest())
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    return size, whole.digest(), digests


def _resume(handle: int, body: FileBody, whole: object) -> int:
    """How many whole chunks an earlier try left, taken into the hash."""
    kept = os.fstat(handle).st_size // CHUNK_SIZE
    kept = min(kept, chunk_count(body.size) - 1)
    for index in range(kept):
        whole.update(os.pread(handle, CHUNK_SIZE, index * CHUNK_SIZE))  # type: ignore[attr-defined]  # hashlib's object has no public type
    return kept


def _patiently(work: Callable[[], _T]) -> _T:
    """Goes on by itself after a lost connection, for a quarter of a minute."""
    for wait in _WAITS:
        try:
            return work()
        except UnreachableError:
            time.sleep(wait)
    return work()
