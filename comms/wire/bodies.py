"""What is inside an envelope: one kind of body for each thing a person can do in a thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import Fields, kind_of, octets, open_map, text, uint, uuid
from comms.wire.transcript import Head

LIMIT: Final = 48 * 1024
TEXT_LIMIT: Final = 32_768
MENTIONS_LIMIT: Final = 50
EMOJI_LIMIT: Final = 64
NAME_LIMIT: Final = 200
FILE_LIMIT: Final = 100 * 1024 * 1024
FILE_NAME_LIMIT: Final = 255
MEDIA_TYPE_LIMIT: Final = 127
PREVIEW_LIMIT: Final = 24 * 1024
PREVIEW_SIDE: Final = 4096


@dataclass(frozen=True)
class TextBody:
    """Markdown of 1 to 32,768 bytes, perhaps in answer to an envelope, perhaps naming members."""

    text: str
    reply_to: bytes | None = None
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class EditBody:
    """Other words for the author's own text or for those beside their file."""

    target: bytes
    text: str
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class DeletionBody:
    """Readers show that something stood there, not what."""

    target: bytes


@dataclass(frozen=True)
class ReactionBody:
    """One emoji of 1 to 64 bytes, set or taken back."""

    target: bytes
    emoji: str
    is_set: bool = True


@dataclass(frozen=True)
class ReceiptBody:
    """The sender has read up to this head. Ephemeral."""

    read: Head


@dataclass(frozen=True)
class PinBody:
    """Pinned or not any more, on top of the pins that the epoch carries."""

    target: bytes
    is_set: bool = True


class PreviewType(IntEnum):
    WEBP = 1
    JPEG = 2
    PNG = 3


@dataclass(frozen=True)
class Preview:
    """A small picture of a file, made by the sender: at most 24 KiB, sides in pixels."""

    type: PreviewType
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class FileBody:
    """A file in sealed chunks elsewhere, with the key to it. `size` in bytes before sealing, up to 100 MiB."""

    blob: UUID
    key: bytes = field(repr=False)
    name: str
    media_type: str
    size: int
    sha256: bytes
    preview: Preview | None = None
    text: str | None = None
    reply_to: bytes | None = None
    mentions: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class TypingBody:
    """The sender began to write, or stopped. Ephemeral."""

    is_typing: bool


@dataclass(frozen=True)
class IntroductionBody:
    """A guest's name, 1 to 200 bytes; a later one replaces it."""

    name: str


Body = (
    TextBody
    | EditBody
    | DeletionBody
    | ReactionBody
    | ReceiptBody
    | PinBody
    | FileBody
    | TypingBody
    | IntroductionBody
)


def is_ephemeral(body: Body) -> bool:
    """Whether such a body travels in ephemeral envelopes, and in no others."""
    return isinstance(body, ReceiptBody | TypingBody)


def encode_body(body: Body) -> bytes:
    """Canonical bytes. Raises WireError for a text, a reference or a list over its limit."""
    data = encode({1: 1, **_value(body)})
    decode_body(data)
    return data


def decode_body(data: bytes) -> Body:
    """Raises WireError: "unsupported" for a type that this build does not know, else "malformed"."""
    kind = kind_of(data, limit=LIMIT)
    shape = _SHAPES.get(kind)
    if shape is None:
        raise WireError("unsupported", f"body type {kind}")
    required, optional, read = shape
    return read(open_map(data, kind=kind, limit=LIMIT, required=required, optional=optional))


def _value(body: Body) -> dict[int, Value]:
    match body:
        case TextBody():
            value: dict[int, Value] = {0: labels.BODY_TEXT, 2: body.text}
            return value | _reference(3, body.reply_to) | _named(4, body.mentions)
        case EditBody():
            value = {0: labels.BODY_EDIT, 2: body.target, 3: body.text}
            return value | _named(4, body.mentions)
        case DeletionBody():
            return {0: labels.BODY_DELETION, 2: body.target}
        case ReactionBody():
            return {0: labels.BODY_REACTION, 2: body.target, 3: body.emoji, 4: int(body.is_set)}
        case ReceiptBody():
            return {0: labels.BODY_RECEIPT, 2: [body.read.seq, body.read.t]}
        case PinBody():
            return {0: labels.BODY_PIN, 2: body.target, 3: int(body.is_set)}
        case FileBody():
            return _file_value(body)
        case TypingBody():
            return {0: labels.BODY_TYPING, 2: int(body.is_typing)}
        case IntroductionBody():
            return {0: labels.BODY_INTRODUCTION, 2: body.name}


def _file_value(body: FileBody) -> dict[int, Value]:
    described: list[Value] = [
        body.blob.bytes, body.key, body.name, body.media_type, body.size, body.sha256,
    ]  # fmt: skip
    value: dict[int, Value] = {0: labels.BODY_FILE, 2: described}
    if body.text is not None:
        value[3] = body.text
    if body.preview is not None:
        shown = body.preview
        value[6] = [int(shown.type), shown.width, shown.height, shown.data]
    return value | _reference(4, body.reply_to) | _named(5, body.mentions)


def _reference(key: int, target: bytes | None) -> dict[int, Value]:
    return {} if target is None else {key: target}


def _named(key: int, members: tuple[UUID, ...]) -> dict[int, Value]:
    return {key: [member.bytes for member in members]} if members else {}


def _read_text(fields: Fields) -> Body:
    return TextBody(fields.text(2, 1, TEXT_LIMIT), _target(fields, 3), _mentions(fields, 4))


def _read_edit(fields: Fields) -> Body:
    return EditBody(fields.bytes(2, 32), fields.text(3, 1, TEXT_LIMIT), _mentions(fields, 4))


def _read_deletion(fields: Fields) -> Body:
    return DeletionBody(fields.bytes(2, 32))


def _read_reaction(fields: Fields) -> Body:
    return ReactionBody(fields.bytes(2, 32), fields.text(3, 1, EMOJI_LIMIT), fields.flag(4))


def _read_receipt(fields: Fields) -> Body:
    seq, t = fields.array(2, 2)
    return ReceiptBody(Head(uint(seq), octets(t, 32)))


def _read_pin(fields: Fields) -> Body:
    return PinBody(fields.bytes(2, 32), fields.flag(3))


def _read_file(fields: Fields) -> Body:
    blob, key, name, media_type, size, digest = fields.array(2, 6)
    return FileBody(
        blob=uuid(blob),
        key=octets(key, 32),
        name=_file_name(text(name, 1, FILE_NAME_LIMIT)),
        media_type=text(media_type, 1, MEDIA_TYPE_LIMIT),
        size=uint(size, 0, FILE_LIMIT),
        sha256=octets(digest, 32),
        preview=_preview(fields.array(6, 4)) if fields.has(6) else None,
        text=fields.text(3, 1, TEXT_LIMIT) if fields.has(3) else None,
        reply_to=_target(fields, 4),
        mentions=_mentions(fields, 5),
    )


def _read_typing(fields: Fields) -> Body:
    return TypingBody(fields.flag(2))


def _read_introduction(fields: Fields) -> Body:
    return IntroductionBody(fields.text(2, 1, NAME_LIMIT))


def _file_name(name: str) -> str:
    # A name goes into a file system at the other end: no path, nothing invisible at its start.
    if name in {".", ".."} or any(letter in "/\\" or ord(letter) < 32 for letter in name):
        raise WireError("malformed", "a file name with a path or a control character")
    return name


def _preview(parts: Sequence[Value]) -> Preview:
    kind, width, height, data = parts
    return Preview(
        PreviewType(uint(kind, 1, 3)),
        uint(width, 1, PREVIEW_SIDE),
        uint(height, 1, PREVIEW_SIDE),
        octets(data, 1, PREVIEW_LIMIT),
    )


def _target(fields: Fields, key: int) -> bytes | None:
    return fields.bytes(key, 32) if fields.has(key) else None


def _mentions(fields: Fields, key: int) -> tuple[UUID, ...]:
    if not fields.has(key):
        return ()
    return tuple(uuid(one) for one in fields.array(key, 1, MENTIONS_LIMIT))


_SHAPES: Final[Mapping[int, tuple[tuple[int, ...], tuple[int, ...], Callable[[Fields], Body]]]] = {
    labels.BODY_TEXT: ((2,), (3, 4), _read_text),
    labels.BODY_EDIT: ((2, 3), (4,), _read_edit),
    labels.BODY_DELETION: ((2,), (), _read_deletion),
    labels.BODY_REACTION: ((2, 3, 4), (), _read_reaction),
    labels.BODY_RECEIPT: ((2,), (), _read_receipt),
    labels.BODY_PIN: ((2, 3), (), _read_pin),
    labels.BODY_FILE: ((2,), (3, 4, 5, 6), _read_file),
    labels.BODY_TYPING: ((2,), (), _read_typing),
    labels.BODY_INTRODUCTION: ((2,), (), _read_introduction),
}
