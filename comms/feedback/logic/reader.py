"""Reading a definition: its shape and its bounds, nothing about whether it makes sense (find_broken says that).

Strict, as the browser is: an unknown field is refused, so that nobody is shown less than was signed.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, cast

from comms.feedback.logic.definition import (
    ITEM_TYPES,
    OTHER,
    All,
    AnyOf,
    Choice,
    Comparison,
    Condition,
    Constraint,
    Definition,
    Item,
    ItemType,
    Not,
    Op,
    Quota,
    Step,
    Text,
)

BYTES: Final = 256 * 1024
ITEMS: Final = 200
STEPS: Final = 50
LANGUAGES: Final = 20
TEXT: Final = 5_000
CHOICES: Final = 100
ROWS: Final = 30
COLUMNS: Final = 10
DEPTH: Final = 8
NODES: Final = 200
QUOTAS: Final = 50
MAX_SAFE: Final = 2**53 - 1

_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{0,5}[1-9])?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BLANKS: Final = " \t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)
_OPS: Final = ("answered", "equals", "includes", "first", "gt", "ge", "lt", "le")

Code = Literal["json", "too_large", "shape", "unknown_field", "bounds", "duplicate"]
Raw = Mapping[str, Any]


class DefinitionError(ValueError):
    """What doesn't fit, and where, as a path."""

    def __init__(self, code: Code, place: str) -> None:
        super().__init__(f"{code} at {place}")
        self.code: Final = code
        self.place: Final = place


def read_definition(data: bytes) -> Definition:
    """The definition in these exact bytes. Raises DefinitionError."""
    if len(data) > BYTES:
        raise DefinitionError("too_large", "")
    try:
        raw = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise DefinitionError("json", "") from None
    found = _map(raw, "", ("format", "languages", "title", "intro", "thanks", "steps", "quotas"))
    if type(found.get("format")) not in (int, float) or found["format"] != 1:
        raise DefinitionError("shape", "format")
    languages = []
    for at, one in enumerate(_list(found.get("languages"), "languages", 1, LANGUAGES)):
        if not isinstance(one, str) or not _LANGUAGE.fullmatch(one):
            raise DefinitionError("shape", f"languages.{at}")
        languages.append(one)
    _different(languages, "languages")
    reader = _Reader(tuple(languages))
    steps = tuple(
        reader.step(one, f"steps.{at}")
        for at, one in enumerate(_list(found.get("steps"), "steps", 0, STEPS))
    )
    _different(
        [step.id for step in steps] + [item.id for step in steps for item in step.items], "steps"
    )
    if sum(len(step.items) for step in steps) > ITEMS:
        raise DefinitionError("bounds", "steps")
    return Definition(
        languages=tuple(languages),
        title=reader.text(found.get("title"), "title"),
        intro=reader.text(found.get("intro"), "intro"),
        thanks=reader.text(found.get("thanks"), "thanks"),
        steps=steps,
        quotas=tuple(
            _quota(one, f"quotas.{at}")
            for at, one in enumerate(
                _list([] if found.get("quotas") is None else found["quotas"], "quotas", 0, QUOTAS)
            )
        ),
    )


_SHARED: Final = ("id", "type", "label", "hint", "visible")
_ASKED: Final = ("required", "sealed", "constraint", "default")
_OWN: Final[Mapping[ItemType, tuple[str, ...]]] = {
    "short_text": ("max_length",),
    "long_text": ("max_length",),
    "number": ("integer", "min", "max", "unit"),
    "date": ("min", "max"),
    "single_choice": ("choices", "other"),
    "multiple_choice": ("choices", "other", "min", "max"),
    "rating": ("scale", "low", "high"),
    "likert": ("rows", "columns"),
    "ranking": ("choices",),
    "yes_no": (),
    "file": ("max_files",),
    "section": (),
}


class _Reader:
    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages: Final = languages

    def text(self, value: Any, place: str) -> Text:
        found = _map({} if value is None else value, place, self._languages)
        for language, words in found.items():
            if not isinstance(words, str) or not is_plain(words):
                raise DefinitionError("shape", f"{place}.{language}")
            if len(words) > TEXT:
                raise DefinitionError("bounds", f"{place}.{language}")
        return found

    def step(self, value: Any, place: str) -> Step:
        found = _map(value, place, ("id", "title", "visible", "items"))
        return Step(
            id=_id(found.get("id"), f"{place}.id"),
            title=self.text(found.get("title"), f"{place}.title"),
            visible=_optional_condition(found.get("visible"), f"{place}.visible"),
            items=tuple(
                self.item(one, f"{place}.items.{at}")
                for at, one in enumerate(_list(found.get("items"), f"{place}.items", 0, ITEMS))
            ),
        )

    def item(self, value: Any, place: str) -> Item:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in ITEM_TYPES:
            raise DefinitionError("shape", f"{place}.type")
        asked = () if kind == "section" else _ASKED
        found = _map(value, place, (*_SHARED, *asked, *_OWN[kind]))
        base: dict[str, Any] = {
            "id": _id(found.get("id"), f"{place}.id"),
            "type": kind,
            "label": self.text(found.get("label"), f"{place}.label"),
            "hint": self.text(found.get("hint"), f"{place}.hint"),
            "visible": _optional_condition(found.get("visible"), f"{place}.visible"),
        }
        if kind != "section":
            base |= {
                "required": _flag(found, "required", place),
                # Whether an answer is sealed is never left to a default.
                "sealed": _flag(found, "sealed", place, needed=True),
                "constraint": self.constraint(found.get("constraint"), f"{place}.constraint"),
                "default": found.get("default"),
            }
        return Item(**base, **self.own(kind, found, place))

    def own(self, kind: ItemType, found: Raw, place: str) -> dict[str, Any]:
        """What only questions of this type have."""

        def choices(name: str, most: int) -> tuple[Choice, ...]:
            return self.choices(found.get(name), f"{place}.{name}", most)

        match kind:
            case "short_text" | "long_text":
                most = 500 if kind == "short_text" else 10_000
                return {
                    "max_length": _whole(found.get("max_length"), f"{place}.max_length", 1, most)
                }
            case "number":
                return {
                    "integer": _flag(found, "integer", place),
                    "minimum": _matching(found.get("min"), f"{place}.min"),
                    "maximum": _matching(found.get("max"), f"{place}.max"),
                    "unit": self.text(found.get("unit"), f"{place}.unit"),
                }
            case "date":
                return {
                    "minimum": _day(found.get("min"), f"{place}.min"),
                    "maximum": _day(found.get("max"), f"{place}.max"),
                }
            case "single_choice":
                return {
                    "choices": choices("choices", CHOICES),
                    "other": _flag(found, "other", place),
                }
            case "multiple_choice":
                return {
                    "choices": choices("choices", CHOICES),
                    "other": _flag(found, "other", place),
                    "least": _optional_whole(found.get("min"), f"{place}.min", CHOICES),
                    "most": _optional_whole(found.get("max"), f"{place}.max", CHOICES),
                }
            case "rating":
                return {
                    "scale": _whole(found.get("scale"), f"{place}.scale", 2, 10),
                    "low": self.text(found.get("low"), f"{place}.low"),
                    "high": self.text(found.get("high"), f"{place}.high"),
                }
            case "likert":
                return {"rows": choices("rows", ROWS), "columns": choices("columns", COLUMNS)}
            case "ranking":
                return {"choices": choices("choices", ROWS)}
            case "file":
                return {"max_files": _whole(found.get("max_files"), f"{place}.max_files", 1, 5)}
            case "yes_no" | "section":
                return {}

    def choices(self, value: Any, place: str, most: int) -> tuple[Choice, ...]:
        choices = []
        for at, one in enumerate(_list(value, place, 0, most)):
            found = _map(one, f"{place}.{at}", ("id", "label"))
            name = _id(found.get("id"), f"{place}.{at}.id")
            if name == OTHER:
                raise DefinitionError("shape", f"{place}.{at}.id")
            choices.append(Choice(name, self.text(found.get("label"), f"{place}.{at}.label")))
        _different([choice.id for choice in choices], place)
        return tuple(choices)

    def constraint(self, value: Any, place: str) -> Constraint | None:
        if value is None:
            return None
        found = _map(value, place, ("condition", "message"))
        return Constraint(
            read_condition(found.get("condition"), f"{place}.condition"),
            self.text(found.get("message"), f"{place}.message"),
        )


def read_condition(value: Any, place: str) -> Condition:
    """Raises DefinitionError."""
    nodes = 0

    def read(one: Any, at: str, depth: int) -> Condition:
        nonlocal nodes
        nodes += 1
        if depth > DEPTH or nodes > NODES:
            raise DefinitionError("bounds", at)
        if isinstance(one, dict) and "question" in one:
            return _comparison(one, at)
        found = _map(one, at, ("all", "any", "not"))
        if len(found) != 1:
            raise DefinitionError("shape", at)
        (name,) = found
        if name == "not":
            return Not(read(found["not"], f"{at}.not", depth + 1))
        parts = tuple(
            read(part, f"{at}.{name}.{number}", depth + 1)
            for number, part in enumerate(_list(found[name], f"{at}.{name}", 1, NODES))
        )
        return All(parts) if name == "all" else AnyOf(parts)

    return read(value, place, 1)


def _comparison(value: Raw, place: str) -> Comparison:
    found = _map(value, place, ("question", "op", "value", "row"))
    op = found.get("op")
    if not isinstance(op, str) or op not in _OPS:
        raise DefinitionError("shape", f"{place}.op")
    has_target = "value" in found
    target = found.get("value")
    if isinstance(target, float) and target.is_integer() and abs(target) <= MAX_SAFE:
        target = int(target)
    fits = (
        not has_target
        or isinstance(target, bool)
        or (isinstance(target, str) and is_plain(target) and len(target) <= 500)
        or (isinstance(target, int) and abs(target) <= MAX_SAFE)
    )
    if not fits or has_target == (op == "answered"):
        raise DefinitionError("shape", f"{place}.value")
    return Comparison(
        question=_id(found.get("question"), f"{place}.question"),
        op=cast(Op, op),
        value=target,
        row=_id(found["row"], f"{place}.row") if "row" in found else None,
    )


def _quota(value: Any, place: str) -> Quota:
    found = _map(value, place, ("condition", "limit"))
    return Quota(
        read_condition(found.get("condition"), f"{place}.condition"),
        _whole(found.get("limit"), f"{place}.limit", 1, 1_000_000),
    )


def _optional_condition(value: Any, place: str) -> Condition | None:
    return None if value is None else read_condition(value, place)


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


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _map(value: Any, place: str, known: Iterable[str]) -> Raw:
    if not isinstance(value, dict):
        raise DefinitionError("shape", place)
    if not value.keys() <= set(known):
        raise DefinitionError("unknown_field", place)
    return value


def _list(value: Any, place: str, low: int, high: int) -> Sequence[Any]:
    if not isinstance(value, list):
        raise DefinitionError("shape", place)
    if not low <= len(value) <= high:
        raise DefinitionError("bounds", place)
    return value


def _id(value: Any, place: str) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise DefinitionError("shape", place)
    return value


def _flag(found: Raw, name: str, place: str, *, needed: bool = False) -> bool:
    value = found.get(name)
    if value is None and not needed:
        return False
    if not isinstance(value, bool):
        raise DefinitionError("shape", f"{place}.{name}")
    return value


def _whole(value: Any, place: str, low: int, high: int) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise DefinitionError("shape", place)
    if not low <= value <= high:
        raise DefinitionError("bounds", place)
    return value


def _optional_whole(value: Any, place: str, high: int) -> int | None:
    return None if value is None else _whole(value, place, 0, high)


def _matching(value: Any, place: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise DefinitionError("shape", place)
    return value


def _day(value: Any, place: str) -> str | None:
    if value is None or value == "today":
        return cast(str | None, value)
    if not isinstance(value, str) or not is_day(value):
        raise DefinitionError("shape", place)
    return value


def _different(names: Sequence[str], place: str) -> None:
    if len(set(names)) != len(names):
        raise DefinitionError("duplicate", place)
