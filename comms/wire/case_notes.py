"""Notes on a case: what the team writes for itself, sealed to the form's readers alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

from comms.wire import hpke, labels, sign
from comms.wire.cbor import encode
from comms.wire.dialogue import LIMIT, DialogueBody, encode_body, read_body
from comms.wire.epochs import KEY_SIZE, WRAP_SIZE
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.form_keys import EpochRef, FormKey, Signer, read_epoch_ref, read_signer
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.padding import FLOOR, pad, unpad
from comms.wire.seal import OVERHEAD, open_box, seal
from comms.wire.submissions import Submission, form_info, wrap_to_form


@dataclass(frozen=True)
class CaseNote:
    """A decoded note of the team. `made_at` in milliseconds."""

    raw: bytes
    tbs_raw: bytes
    thread: UUID
    submission: bytes
    epoch: EpochRef
    author: Signer
    to_form: bytes
    box: bytes
    made_at: int
    signature: bytes


def make_note(
    *,
    form_key: FormKey,
    submission: Submission,
    member: UUID,
    seeds: IdentitySeeds,
    text: str,
    made_at: int,
) -> bytes:
    """A note that the form's readers alone read."""
    content_key = os.urandom(KEY_SIZE)
    author = Signer(member, seeds.public.fingerprint)
    thread, epoch = form_key.thread, form_key.epoch
    context = _note_context(thread, submission.hash, epoch, author, made_at)
    plain = encode_body(DialogueBody(text, made_at))
    tbs_raw = encode(
        {
            0: labels.NOTE_TBS,
            1: 1,
            2: thread.bytes,
            3: submission.hash,
            4: epoch.to_value(),
            5: author.to_value(),
            6: wrap_to_form(form_key.xwing, thread, epoch, content_key),
            7: seal(content_key, labels.SEAL_NOTE, context, pad(plain)),
            8: made_at,
        }
    )
    signature = seeds.sign(labels.SIGN_NOTE, tbs_raw)
    data = encode({0: labels.NOTE, 1: 1, 2: tbs_raw, 3: signature})
    read_note(data)
    return data


def read_note(data: bytes) -> CaseNote:
    """Checks the shape, not the signature. Raises WireError."""
    outer = open_map(data, kind=labels.NOTE, limit=LIMIT, required=(2, 3))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs_raw, kind=labels.NOTE_TBS, limit=LIMIT, required=range(2, 9))
    return CaseNote(
        raw=data,
        tbs_raw=tbs_raw,
        thread=inner.uuid(2),
        submission=inner.bytes(3, 32),
        epoch=read_epoch_ref(inner.array(4, 2)),
        author=read_signer(inner.array(5, 2)),
        to_form=inner.bytes(6, WRAP_SIZE),
        box=inner.bytes(7, FLOOR + OVERHEAD, LIMIT),
        made_at=inner.uint(8),
        signature=outer.bytes(3, sign.ED25519_SIGNATURE),
    )


def verify_note(note: CaseNote, submission: Submission, author: PublicKeys) -> None:
    """Raises WireError unless it is about this submission and these keys, the ones named, signed it."""
    if note.thread != submission.thread or note.submission != submission.hash:
        raise WireError("chain", "a note on another case")
    if author.fingerprint != note.author.fingerprint:
        raise WireError("signature", "the note names other keys of its author")
    author.verify(labels.SIGN_NOTE, note.tbs_raw, note.signature)


def open_note(note: CaseNote, form_seed: bytes) -> str:
    """Raises WireError."""
    content_key = hpke.unwrap(form_seed, form_info(note.thread, note.epoch), note.to_form)
    context = _note_context(note.thread, note.submission, note.epoch, note.author, note.made_at)
    body = read_body(unpad(open_box(content_key, labels.SEAL_NOTE, context, note.box)))
    if body.files or body.made_at != note.made_at:
        raise WireError("chain", "another note than the record names")
    return body.text


def _note_context(
    thread: UUID, submission: bytes, epoch: EpochRef, author: Signer, made_at: int
) -> bytes:
    return encode([thread.bytes, submission, epoch.to_value(), author.to_value(), made_at])
