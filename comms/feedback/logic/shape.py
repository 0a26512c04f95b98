"""The pieces that definitions and answers are made of: each with its type and its bounds."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, cast

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{0,5}[1-9])?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BLANKS: Final = " \t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
MAX_SAFE: Final = 2**53 - 1

Code = Literal["json", "too_large", "shape", "unknown_field", "bounds", "duplicate"]
Raw = Mapping[str, Any]


class DefinitionError(ValueError):
    """What doesn't fit, and where, as a path."""

    def __init__(self, code: Code, place: str) -> None:
        super().__init__(f"{code} at {place}")
        self.code: Final = code
        self.place: Final = place


def is_plain(text: str) -> bool:
    """Neither NUL, which the database can't hold, nor half a character."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def is_blank(text: str) -> bool:
    """No words: nothing but the blanks that both sides of the logic know."""
    return not text.strip(_BLANKS)


def is_day(text: str) -> bool:
    """Whether it is a day that there is."""
    if not _DAY.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def refuse_constant(constant: str) -> Any:
    raise ValueError(constant)


def fields_of(value: Any, place: str, known: Iterable[str]) -> Raw:
    if not isinstance(value, dict):
        raise DefinitionError("shape", place)
    if not value.keys() <= set(known):
        raise DefinitionError("unknown_field", place)
    return value


def list_of(value: Any, place: str, low: int, high: int) -> Sequence[Any]:
    if not isinstance(value, list):
        raise DefinitionError("shape", place)
    if not low <= len(value) <= high:
        raise DefinitionError("bounds", place)
    return value


def id_of(value: Any, place: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise DefinitionError("shape", place)
    return value


def flag_of(found: Raw, name: str, place: str, *, needed: bool = False) -> bool:
    value = found.get(name)
    if value is None and not needed:
        return False
    if not isinstance(value, bool):
        raise DefinitionError("shape", f"{place}.{name}")
    return value


def whole_of(value: Any, place: str, low: int, high: int) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise DefinitionError("shape", place)
    if not low <= value <= high:
        raise DefinitionError("bounds", place)
    return value


def optional_whole(value: Any, place: str, high: int) -> int | None:
    return None if value is None else whole_of(value, place, 0, high)


def decimal_of(value: Any, place: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise DefinitionError("shape", place)
    return value


def day_of(value: Any, place: str) -> str | None:
    if value is None or value == "today":
        return cast(str | None, value)
    if not isinstance(value, str) or not is_day(value):
        raise DefinitionError("shape", place)
    return value


def all_different(names: Sequence[str], place: str) -> None:
    if len(set(names)) != len(names):
        raise DefinitionError("duplicate", place)
