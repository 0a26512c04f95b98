"""Canonical CBOR: the narrow profile at the head of docs/wire.cddl.

The encoder is cbor2 behind a check of types. The decoder is written out here, since a general one
also accepts tags (dates, regular expressions, shared references), which hostile bytes could use to
spend time or to reach code that nobody needs. It refuses what is not canonical while it reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import cbor2

from comms.wire.errors import WireError

Value: TypeAlias = "int | bool | bytes | str | Sequence[Value] | Mapping[int, Value]"

MAX_INT = 2**53 - 1  # what a JavaScript number holds exactly
MAX_DEPTH = 8
MAX_KEY = 23

_UINT, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)


def encode(value: Value) -> bytes:
    """Canonical bytes of `value`. Raises WireError("malformed") for anything outside the profile."""
    _check(value, 0)
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes, *, limit: int) -> Value:
    """The value that `data` encodes, if `data` is canonical and at most `limit` bytes long.

    Bytes, text, list, dict, int and bool come back; raises WireError otherwise.
    """
    if len(data) > limit:
        raise WireError("too-large", f"{len(data)} bytes, at most {limit}")
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise WireError("malformed", "bytes after the end")
    return value


def _check(value: Value, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise WireError("malformed", "too deep")
    if isinstance(value, bool | bytes):
        return
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise WireError("malformed", "not valid text") from None
        return
    if isinstance(value, int):
        if not 0 <= value <= MAX_INT:
            raise WireError("malformed", "number out of range")
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key <= MAX_KEY:
                raise WireError("malformed", "a map key that is not 0-23")
            _check(item, depth + 1)
        return
    raise WireError("malformed", f"{type(value).__name__} has no place in the format")


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth > MAX_DEPTH:
        raise WireError("malformed", "too deep")
    if at >= len(data):
        raise WireError("malformed", "ends too early")
    major, low = data[at] >> 5, data[at] & 0x1F
    if major == _SIMPLE:
        if low not in (20, 21):
            raise WireError("malformed", "neither true nor false")
        return low == 21, at + 1
    argument, at = _argument(data, at + 1, low)
    if major == _UINT:
        return argument, at
    if major in (_BYTES, _TEXT):
        return _string(data, at, argument, text=major == _TEXT)
    if major == _ARRAY:
        items: list[Value] = []
        for _ in range(_bounded(argument, data, at)):
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == _MAP:
        return _map(data, at, _bounded(argument, data, at), depth)
    raise WireError("malformed", "a negative number or a tag")


def _argument(data: bytes, at: int, low: int) -> tuple[int, int]:
    """The number behind an initial byte, only in its shortest form."""
    if low < 24:
        return low, at
    if low > 27:
        raise WireError("malformed", "an indefinite length")
    width = 1 << (low - 24)
    if at + width > len(data):
        raise WireError("malformed", "ends too early")
    number = int.from_bytes(data[at : at + width], "big")
    floor = 24 if width == 1 else 1 << (4 * width)
    if number < floor or number > MAX_INT:
        raise WireError("malformed", "a number not in its shortest form, or out of range")
    return number, at + width


def _bounded(count: int, data: bytes, at: int) -> int:
    """Refuses a count that the rest of the bytes cannot hold, before any work is done for it."""
    if count > len(data) - at:
        raise WireError("malformed", "ends too early")
    return count


def _string(data: bytes, at: int, length: int, *, text: bool) -> tuple[bytes | str, int]:
    _bounded(length, data, at)
    raw = data[at : at + length]
    if not text:
        return bytes(raw), at + length
    try:
        return raw.decode("utf-8"), at + length
    except UnicodeDecodeError:
        raise WireError("malformed", "text that is not UTF-8") from None


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Mapping[int, Value], int]:
    result: dict[int, Value] = {}
    last = -1
    for _ in range(count):
        if at >= len(data) or data[at] > MAX_KEY:
            raise WireError("malformed", "a map key that is not 0-23")
        key = data[at]
        if key <= last:
            raise WireError("malformed", "map keys out of order or twice")
        last = key
        result[key], at = _item(data, at + 1, depth + 1)
    return result, at
