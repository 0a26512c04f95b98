"""Submissions: the sealed answers of one person, for the form's readers and for that person.

One random key seals all of them; it is wrapped to the form key and to the reply key of the return code.
The record names the version answered, the open answers (by hash) and the sealed files, and is signed by
the key of the return code, so that nothing of it can be exchanged later.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final
from uuid import UUID

from comms.wire import hpke, labels, sign
from comms.wire.cbor import Value, encode
from comms.wire.epochs import KEY_SIZE, WRAP_SIZE
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, open_map, text, uint, uuid
from comms.wire.form_keys import EpochRef, FormKey, read_epoch_ref
from comms.wire.hashing import sha256
from comms.wire.padding import FLOOR, pad, unpad
from comms.wire.points import check_ed25519, check_xwing
from comms.wire.return_codes import ReturnSecrets
from comms.wire.seal import OVERHEAD, open_box, seal

ANSWERS_LIMIT: Final = 256 * 1024
"""Of what is sealed, before padding, in bytes."""
BOX_LIMIT: Final = 288 * 1024
LIMIT: Final = 320 * 1024
FILES_LIMIT: Final = 20
FILE_NAME_LIMIT: Final = 255
FILE_KIND_LIMIT: Final = 127
FILE_SIZE_LIMIT: Final = 20 * 1024 * 1024
LANGUAGE_LIMIT: Final = 35
QUESTION_LIMIT: Final = 32


@dataclass(frozen=True)
class SealedFile:
    """A file of an answer or a reply: where it lies, and what opens it. `question` is empty in a reply."""

    question: str
    blob: UUID
    key: bytes
    name: str
    kind: str
    size: int
    sha256: bytes

    def to_value(self) -> list[Value]:
        return [
            self.question,
            self.blob.bytes,
            self.key,
            self.name,
            self.kind,
            self.size,
            self.sha256,
        ]


@dataclass(frozen=True)
class SealedAnswers:
    """What only the form's readers and the sender read. `answers` is JSON text, of sealed questions."""

    answers: str
    language: str
    files: tuple[SealedFile, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A decoded submission. `raw` is what is stored and passed on."""

    raw: bytes
    tbs_raw: bytes
    thread: UUID
    version_hash: bytes
    epoch: EpochRef
    signing_key: bytes
    reply_key: bytes
    to_form: bytes
    to_reply: bytes
    box: bytes
    open_hash: bytes
    blobs: tuple[UUID, ...]
    signature: bytes

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the whole: what the dialogue about it names."""
        return sha256(self.raw)


def make_submission(
    *,
    form_key: FormKey,
    version_hash: bytes,
    secrets: ReturnSecrets,
    answers: SealedAnswers,
    open_answers: bytes,
) -> bytes:
    """Sealed to the (checked) form key and to the sender's reply key, signed. Raises WireError."""
    blobs = tuple(sorted((one.blob for one in answers.files), key=lambda blob: blob.bytes))
    content_key = os.urandom(KEY_SIZE)
    thread, epoch = form_key.thread, form_key.epoch
    context = _context(
        thread, version_hash, epoch, secrets.signing_key, sha256(open_answers), blobs
    )
    plain = encode_answers(answers)
    tbs: dict[int, Value] = {
        0: labels.SUBMISSION_TBS,
        1: 1,
        2: thread.bytes,
        3: version_hash,
        4: epoch.to_value(),
        5: secrets.signing_key,
        6: secrets.reply_key,
        7: wrap_to_form(form_key.xwing, thread, epoch, content_key),
        8: wrap_to_reply(secrets.reply_key, thread, content_key),
        9: seal(content_key, labels.SEAL_SUBMISSION, context, pad(plain)),
        10: sha256(open_answers),
        11: [blob.bytes for blob in blobs],
    }
    tbs_raw = encode(tbs)
    signature = sign.sign_ed25519(secrets.ed25519, labels.SIGN_SUBMISSION, tbs_raw)
    data = encode({0: labels.SUBMISSION, 1: 1, 2: tbs_raw, 3: signature})
    read_submission(data)
    return data


def read_submission(data: bytes) -> Submission:
    """Checks the shape, not the signature. Raises WireError."""
    outer = open_map(data, kind=labels.SUBMISSION, limit=LIMIT, required=(2, 3))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs_raw, kind=labels.SUBMISSION_TBS, limit=LIMIT, required=range(2, 12))
    signing_key, reply_key = inner.bytes(5, 32), inner.bytes(6, hpke.PUBLIC_SIZE)
    check_ed25519(signing_key)
    check_xwing(reply_key)
    return Submission(
        raw=data,
        tbs_raw=tbs_raw,
        thread=inner.uuid(2),
        version_hash=inner.bytes(3, 32),
        epoch=read_epoch_ref(inner.array(4, 2)),
        signing_key=signing_key,
        reply_key=reply_key,
        to_form=inner.bytes(7, WRAP_SIZE),
        to_reply=inner.bytes(8, WRAP_SIZE),
        box=inner.bytes(9, FLOOR + OVERHEAD, BOX_LIMIT),
        open_hash=inner.bytes(10, 32),
        blobs=read_blobs(inner.array(11, 0, FILES_LIMIT)),
        signature=outer.bytes(3, sign.ED25519_SIGNATURE),
    )


def verify_submission(submission: Submission, open_answers: bytes) -> None:
    """Raises WireError unless the sender's key signed it together with these open answers."""
    if sha256(open_answers) != submission.open_hash:
        raise WireError("chain", "other open answers than those that were signed")
    sign.verify_ed25519(
        submission.signing_key, labels.SIGN_SUBMISSION, submission.tbs_raw, submission.signature
    )


def open_by_form(submission: Submission, form_seed: bytes) -> SealedAnswers:
    """By the seed of the form key it was sealed to. Raises WireError."""
    info = form_info(submission.thread, submission.epoch)
    return _open(submission, hpke.unwrap(form_seed, info, submission.to_form))


def open_by_reply(submission: Submission, reply_seed: bytes) -> SealedAnswers:
    """By the X-Wing seed of the return code. Raises WireError."""
    info = reply_info(submission.thread, submission.reply_key)
    return _open(submission, hpke.unwrap(reply_seed, info, submission.to_reply))


def encode_answers(answers: SealedAnswers) -> bytes:
    """Canonical bytes. Raises WireError beyond the limits."""
    value: dict[int, Value] = {
        0: labels.SEALED_ANSWERS,
        1: 1,
        2: answers.answers,
        3: answers.language,
        4: [one.to_value() for one in answers.files],
    }
    data = encode(value)
    read_answers(data)
    return data


def read_answers(data: bytes) -> SealedAnswers:
    fields = open_map(data, kind=labels.SEALED_ANSWERS, limit=ANSWERS_LIMIT, required=range(2, 5))
    return SealedAnswers(
        answers=fields.text(2, 2, ANSWERS_LIMIT),
        language=fields.text(3, 2, LANGUAGE_LIMIT),
        files=read_files(fields.array(4, 0, FILES_LIMIT)),
    )


def read_files(values: Sequence[Value]) -> tuple[SealedFile, ...]:
    """Raises WireError."""
    files = []
    for value in values:
        question, blob, key, name, kind, size, digest = array(value, 7)
        files.append(
            SealedFile(
                question=text(question, 0, QUESTION_LIMIT),
                blob=uuid(blob),
                key=octets(key, KEY_SIZE),
                name=text(name, 1, FILE_NAME_LIMIT),
                kind=text(kind, 1, FILE_KIND_LIMIT),
                size=uint(size, 0, FILE_SIZE_LIMIT),
                sha256=octets(digest, 32),
            )
        )
    return tuple(files)


def read_blobs(values: Sequence[Value]) -> tuple[UUID, ...]:
    """Ascending and different, so that one set has one form. Raises WireError."""
    blobs = tuple(uuid(value) for value in values)
    if any(left.bytes >= right.bytes for left, right in pairwise(blobs)):
        raise WireError("malformed", "files out of order")
    return blobs


def form_info(thread: UUID, epoch: EpochRef) -> bytes:
    """`info` of a wrap to a form key."""
    return encode([labels.WRAP_TO_FORM, thread.bytes, epoch.number, epoch.hash])


def reply_info(thread: UUID, reply_key: bytes) -> bytes:
    """`info` of a wrap to the reply key of a return code."""
    return encode([labels.WRAP_TO_REPLY, thread.bytes, sha256(reply_key)])


def wrap_to_form(xwing: bytes, thread: UUID, epoch: EpochRef, key: bytes) -> bytes:
    return hpke.wrap(xwing, form_info(thread, epoch), key)


def wrap_to_reply(reply_key: bytes, thread: UUID, key: bytes) -> bytes:
    return hpke.wrap(reply_key, reply_info(thread, reply_key), key)


def _open(submission: Submission, content_key: bytes) -> SealedAnswers:
    context = _context(
        submission.thread,
        submission.version_hash,
        submission.epoch,
        submission.signing_key,
        submission.open_hash,
        submission.blobs,
    )
    answers = read_answers(
        unpad(open_box(content_key, labels.SEAL_SUBMISSION, context, submission.box))
    )
    if {one.blob for one in answers.files} != set(submission.blobs):
        raise WireError("chain", "other files than the record names")
    return answers


def _context(
    thread: UUID,
    version_hash: bytes,
    epoch: EpochRef,
    signing_key: bytes,
    open_hash: bytes,
    blobs: Sequence[UUID],
) -> bytes:
    return encode(
        [
            thread.bytes,
            version_hash,
            epoch.to_value(),
            signing_key,
            open_hash,
            [blob.bytes for blob in blobs],
        ]
    )
