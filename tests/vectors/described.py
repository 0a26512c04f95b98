"""Bodies as plain JSON, for the vector files and for comparing with them."""

from __future__ import annotations

from dataclasses import fields
from enum import IntEnum
from typing import Any
from uuid import UUID

from comms.wire.bodies import Body, Preview
from comms.wire.transcript import Head


def described_body(body: Body) -> dict[str, Any]:
    """The kind and the fields; byte strings in hex, heads and previews as objects."""
    kind = type(body).__name__.removesuffix("Body").lower()
    return {"kind": kind} | {one.name: plain(getattr(body, one.name)) for one in fields(body)}


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, IntEnum):
        return int(value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Head | Preview):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value
