"""What is inside an envelope. Text for now; the other type numbers are reserved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import Value, encode
from comms.wire.errors import WireError
from comms.wire.fields import kind_of, open_map, uuid

LIMIT: Final = 48 * 1024
TEXT_LIMIT: Final = 32_768
MENTIONS_LIMIT: Final = 50


@dataclass(frozen=True)
class TextBody:
    """A text of 1 to 32,768 bytes, perhaps in answer to an envelope, perhaps naming members."""

    text: str
    reply_to: bytes | None = None
    mentions: tuple[UUID, ...] = ()


def encode_body(body: TextBody) -> bytes:
    """Canonical bytes. Raises WireError for a text, a reference or a list over its limit."""
    value: dict[int, Value] = {0: labels.BODY_TEXT, 1: 1, 2: body.text}
    if body.reply_to is not None:
        value[3] = body.reply_to
    if body.mentions:
        value[4] = [member.bytes for member in body.mentions]
    data = encode(value)
    decode_body(data)
    return data


def decode_body(data: bytes) -> TextBody:
    """Raises WireError: "unsupported" for a body that a newer build has made, else "malformed"."""
    kind = kind_of(data, limit=LIMIT)
    if labels.BODY_TEXT < kind <= labels.BODY_LAST:
        raise WireError("unsupported", f"body type {kind}")
    fields = open_map(data, kind=labels.BODY_TEXT, limit=LIMIT, required=(2,), optional=(3, 4))
    return TextBody(
        text=fields.text(2, 1, TEXT_LIMIT),
        reply_to=fields.bytes(3, 32) if fields.has(3) else None,
        mentions=tuple(uuid(one) for one in fields.array(4, 1, MENTIONS_LIMIT))
        if fields.has(4)
        else (),
    )
