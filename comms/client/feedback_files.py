"""Files of answers and replies: sealed and sent, or fetched and opened, one chunk of 1 MiB at a time."""

from __future__ import annotations

import hashlib
import mimetypes
import os
from pathlib import Path
from typing import Final
from uuid import UUID

from comms.client.errors import Trouble, UsageError
from comms.client.feedback_remote import FeedbackRemote
from comms.client.files import plain_name
from comms.wire.errors import WireError
from comms.wire.files import CHUNK_SIZE, chunk_count, open_chunk, seal_chunk
from comms.wire.submissions import FILE_SIZE_LIMIT, SealedFile

_KEY_SIZE: Final = 32


def send_file(remote: FeedbackRemote, case: UUID, path: Path) -> SealedFile:
    """What a reply needs to name it. Raises UsageError, ServerError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.") from error
    if len(data) > FILE_SIZE_LIMIT:
        raise UsageError(f"{path} is larger than {FILE_SIZE_LIMIT // CHUNK_SIZE} MiB.")
    key, blob = os.urandom(_KEY_SIZE), remote.open_file(case, len(data))
    last = chunk_count(len(data)) - 1
    for index in range(last + 1):
        piece = data[index * CHUNK_SIZE : (index + 1) * CHUNK_SIZE]
        remote.put_chunk(case, blob, index, seal_chunk(key, index, piece, final=index == last))
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return SealedFile(
        "", blob, key, plain_name(path.name), kind, len(data), hashlib.sha256(data).digest()
    )


def save_file(
    remote: FeedbackRemote, case: UUID, file: SealedFile, folder: Path, *, force: bool
) -> Path:
    """Where it was saved. Nothing is there before the last byte was checked.

    Raises Trouble("damaged-file"), ServerError, UsageError for a name that is taken.
    """
    target = folder / plain_name(file.name)
    if target.exists() and not force:
        raise UsageError(f"{target} is there already. Say --force to replace it.")
    last = chunk_count(file.size) - 1
    pieces = []
    try:
        for index in range(last + 1):
            sealed = remote.chunk(case, file.blob, index)
            pieces.append(open_chunk(file.key, index, sealed, final=index == last))
        data = b"".join(pieces)
        if len(data) != file.size or hashlib.sha256(data).digest() != file.sha256:
            raise WireError("chain", "not the file that was sent")
    except WireError as error:
        raise Trouble("damaged-file", str(error)) from error
    part = target.with_name(f".{file.blob}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(data)
    part.replace(target)
    return target
