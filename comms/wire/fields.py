"""Reading the fields of a decoded map, each with its type and bounds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from comms.wire.cbor import MAX_INT, Value, decode
from comms.wire.errors import WireError


class Fields:
    """The fields of one object whose type, version and set of keys are already checked."""

    def __init__(self, values: dict[int, Value]) -> None:
        self._values: Final = values

    def has(self, key: int) -> bool:
        return key in self._values

    def uint(self, key: int, low: int = 0, high: int = MAX_INT) -> int:
        return uint(self._values[key], low, high)

    def bytes(self, key: int, low: int, high: int | None = None) -> bytes:
        return octets(self._values[key], low, high)

    def text(self, key: int, low: int, high: int) -> str:
        return text(self._values[key], low, high)

    def flag(self, key: int) -> bool:
        """1 for true, 0 for false: a number, as all flags of the format are."""
        return uint(self._values[key], 0, 1) == 1

    def uuid(self, key: int) -> UUID:
        return uuid(self._values[key])

    def array(self, key: int, low: int, high: int | None = None) -> Sequence[Value]:
        return array(self._values[key], low, high)


def open_map(
    data: bytes,
    *,
    kind: int,
    limit: int,
    required: Collection[int],
    optional: Collection[int] = (),
    version: int = 1,
) -> Fields:
    """The fields of the object in `data`, besides 0 (its type, `kind`) and 1 (its version).

    Raises WireError: "unsupported" for another type or version, "malformed" for a missing or an
    unknown field, and what cbor.decode raises.
    """
    value = decode(data, limit=limit)
    if not isinstance(value, dict):
        raise WireError("malformed", "not a map")
    # A bool is an int in Python, so the types are compared too.
    if type(value.get(0)) is not int or type(value.get(1)) is not int:
        raise WireError("malformed", "no type or no version")
    if value[0] != kind or value[1] != version:
        raise WireError("unsupported", f"type {value[0]} version {value[1]}, expected {kind}")
    keys = set(value) - {0, 1}
    if not keys >= set(required) or not keys <= set(required) | set(optional):
        raise WireError("malformed", f"fields {sorted(keys)} do not fit type {kind}")
    return Fields(value)


def kind_of(data: bytes, *, limit: int) -> int:
    """The type number of an object, for choosing its decoder. Raises WireError as decode does."""
    value = decode(data, limit=limit)
    if not isinstance(value, dict) or type(value.get(0)) is not int:
        raise WireError("malformed", "no type")
    return uint(value[0])


def uint(value: Value, low: int = 0, high: int = MAX_INT) -> int:
    if type(value) is not int or not low <= value <= high:
        raise WireError("malformed", f"not a number from {low} to {high}")
    return value


def octets(value: Value, low: int, high: int | None = None) -> bytes:
    if not isinstance(value, bytes) or not low <= len(value) <= (low if high is None else high):
        raise WireError("malformed", "bytes of the wrong size")
    return value


def text(value: Value, low: int, high: int) -> str:
    if not isinstance(value, str) or not low <= len(value.encode()) <= high:
        raise WireError("malformed", "text of the wrong size")
    return value


def uuid(value: Value) -> UUID:
    return UUID(bytes=octets(value, 16))


def array(value: Value, low: int, high: int | None = None) -> Sequence[Value]:
    if not isinstance(value, list) or not low <= len(value) <= (low if high is None else high):
        raise WireError("malformed", "a list of the wrong length")
    return value
