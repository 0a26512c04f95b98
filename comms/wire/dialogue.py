"""What is said about a submission: the dialogue between its sender and the team.

Every item of the dialogue names the one before it, so that neither side can be shown it out of order, with a gap, or
with something of another case in it. Its key is wrapped to the form key and to the sender's reply key.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from comms.wire import hpke, labels, sign
from comms.wire.cbor import Value, encode
from comms.wire.epochs import KEY_SIZE, WRAP_SIZE
from comms.wire.errors import WireError
from comms.wire.fields import open_map
from comms.wire.form_keys import EpochRef, FormKey, Signer, read_epoch_ref, read_signer
from comms.wire.hashing import sha256
from comms.wire.keys import IdentitySeeds, PublicKeys
from comms.wire.padding import FLOOR, pad, unpad
from comms.wire.return_codes import ReturnSecrets
from comms.wire.seal import OVERHEAD, open_box, seal
from comms.wire.submissions import (
    FILES_LIMIT,
    SealedFile,
    Submission,
    form_info,
    read_blobs,
    read_files,
    reply_info,
    wrap_to_form,
    wrap_to_reply,
)

TEXT_LIMIT: Final = 20_000
BODY_LIMIT: Final = 48 * 1024
LIMIT: Final = 64 * 1024


@dataclass(frozen=True)
class DialogueBody:
    """A text of at most 20,000 bytes, or files, or both. `made_at` in milliseconds."""

    text: str
    made_at: int
    files: tuple[SealedFile, ...] = ()


@dataclass(frozen=True)
class DialogueItem:
    """A decoded item. `sender` is None for the person who answered the form."""

    raw: bytes
    tbs_raw: bytes
    thread: UUID
    submission: bytes
    number: int
    previous: bytes
    epoch: EpochRef
    sender: Signer | None
    to_form: bytes
    to_reply: bytes
    box: bytes
    blobs: tuple[UUID, ...]
    signature: bytes

    @cached_property
    def hash(self) -> bytes:
        return sha256(self.raw)


def make_reply(
    *,
    form_key: FormKey,
    submission: Submission,
    number: int,
    previous: bytes,
    member: UUID,
    seeds: IdentitySeeds,
    body: DialogueBody,
) -> bytes:
    """An item of the team. `previous` is the hash of the item before, the submission's for number 1."""
    sender = Signer(member, seeds.public.fingerprint)
    tbs_raw = _seal(form_key, submission, number, previous, sender, body)
    return _signed(tbs_raw, seeds.sign(labels.SIGN_DIALOGUE, tbs_raw))


def make_message(
    *,
    form_key: FormKey,
    submission: Submission,
    number: int,
    previous: bytes,
    secrets: ReturnSecrets,
    body: DialogueBody,
) -> bytes:
    """An item of the person who answered the form."""
    if secrets.signing_key != submission.signing_key:
        raise WireError("signature", "the code is of another submission")
    tbs_raw = _seal(form_key, submission, number, previous, None, body)
    return _signed(tbs_raw, sign.sign_ed25519(secrets.ed25519, labels.SIGN_DIALOGUE, tbs_raw))


def read_dialogue(data: bytes) -> DialogueItem:
    """Checks the shape, not the signature. Raises WireError."""
    outer = open_map(data, kind=labels.DIALOGUE, limit=LIMIT, required=(2, 3))
    tbs_raw = outer.bytes(2, 1, LIMIT)
    inner = open_map(tbs_raw, kind=labels.DIALOGUE_TBS, limit=LIMIT, required=range(2, 12))
    sender = inner.array(7, 0, 2)
    return DialogueItem(
        raw=data,
        tbs_raw=tbs_raw,
        thread=inner.uuid(2),
        submission=inner.bytes(3, 32),
        number=inner.uint(4, 1),
        previous=inner.bytes(5, 32),
        epoch=read_epoch_ref(inner.array(6, 2)),
        sender=read_signer(sender) if sender else None,
        to_form=inner.bytes(8, WRAP_SIZE),
        to_reply=inner.bytes(9, WRAP_SIZE),
        box=inner.bytes(10, FLOOR + OVERHEAD, LIMIT),
        blobs=read_blobs(inner.array(11, 0, FILES_LIMIT)),
        signature=outer.bytes(3, sign.ED25519_SIGNATURE),
    )


def verify_dialogue(
    item: DialogueItem,
    submission: Submission,
    *,
    number: int,
    previous: bytes,
    sender: PublicKeys | None,
) -> None:
    """Raises WireError unless it stands at this place of this submission's dialogue, and was signed.

    `sender` are the checked keys of the member whom the item names; None if it is the person's own.
    """
    if item.thread != submission.thread or item.submission != submission.hash:
        raise WireError("chain", "an item of another case")
    if (item.number, item.previous) != (number, previous):
        raise WireError("chain", "an item out of its place")
    if (item.sender is None) != (sender is None):
        raise WireError("signature", "an item of the other side")
    if item.sender is None or sender is None:
        key = submission.signing_key
    else:
        if sender.fingerprint != item.sender.fingerprint:
            raise WireError("signature", "the item names other keys of its sender")
        key = sender.ed25519
    sign.verify_ed25519(key, labels.SIGN_DIALOGUE, item.tbs_raw, item.signature)


def open_dialogue_by_form(item: DialogueItem, form_seed: bytes) -> DialogueBody:
    """By the seed of the form key it was sealed to. Raises WireError."""
    return _open(item, hpke.unwrap(form_seed, form_info(item.thread, item.epoch), item.to_form))


def open_dialogue_by_reply(item: DialogueItem, secrets: ReturnSecrets) -> DialogueBody:
    """By the return code. Raises WireError."""
    info = reply_info(item.thread, secrets.reply_key)
    return _open(item, hpke.unwrap(secrets.xwing, info, item.to_reply))


def encode_body(body: DialogueBody) -> bytes:
    """Canonical bytes. Raises WireError beyond the limits."""
    value: dict[int, Value] = {
        0: labels.DIALOGUE_BODY,
        1: 1,
        2: body.text,
        3: [one.to_value() for one in body.files],
        4: body.made_at,
    }
    data = encode(value)
    read_body(data)
    return data


def read_body(data: bytes) -> DialogueBody:
    fields = open_map(data, kind=labels.DIALOGUE_BODY, limit=BODY_LIMIT, required=range(2, 5))
    body = DialogueBody(
        text=fields.text(2, 0, TEXT_LIMIT),
        files=read_files(fields.array(3, 0, FILES_LIMIT)),
        made_at=fields.uint(4),
    )
    if not body.text and not body.files:
        raise WireError("malformed", "nothing was said")
    return body


def _seal(
    form_key: FormKey,
    submission: Submission,
    number: int,
    previous: bytes,
    sender: Signer | None,
    body: DialogueBody,
) -> bytes:
    if form_key.thread != submission.thread:
        raise WireError("chain", "the key of another form")
    blobs = tuple(sorted((one.blob for one in body.files), key=lambda blob: blob.bytes))
    content_key = os.urandom(KEY_SIZE)
    thread, epoch = form_key.thread, form_key.epoch
    context = _context(thread, submission.hash, number, previous, epoch, sender, blobs)
    return encode(
        {
            0: labels.DIALOGUE_TBS,
            1: 1,
            2: thread.bytes,
            3: submission.hash,
            4: number,
            5: previous,
            6: epoch.to_value(),
            7: sender.to_value() if sender else [],
            8: wrap_to_form(form_key.xwing, thread, epoch, content_key),
            9: wrap_to_reply(submission.reply_key, thread, content_key),
            10: seal(content_key, labels.SEAL_DIALOGUE, context, pad(encode_body(body))),
            11: [blob.bytes for blob in blobs],
        }
    )


def _signed(tbs_raw: bytes, signature: bytes) -> bytes:
    data = encode({0: labels.DIALOGUE, 1: 1, 2: tbs_raw, 3: signature})
    read_dialogue(data)
    return data


def _open(item: DialogueItem, content_key: bytes) -> DialogueBody:
    context = _context(
        item.thread,
        item.submission,
        item.number,
        item.previous,
        item.epoch,
        item.sender,
        item.blobs,
    )
    body = read_body(unpad(open_box(content_key, labels.SEAL_DIALOGUE, context, item.box)))
    if {one.blob for one in body.files} != set(item.blobs):
        raise WireError("chain", "other files than the record names")
    return body


def _context(
    thread: UUID,
    submission: bytes,
    number: int,
    previous: bytes,
    epoch: EpochRef,
    sender: Signer | None,
    blobs: Sequence[UUID],
) -> bytes:
    return encode(
        [
            thread.bytes,
            submission,
            number,
            previous,
            epoch.to_value(),
            sender.to_value() if sender else [],
            [blob.bytes for blob in blobs],
        ]
    )
