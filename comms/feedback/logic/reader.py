"""Reading a definition: its shape and its bounds, nothing about whether it makes sense (find_broken says that).

Strict, as the browser is: an unknown field is refused, so that nobody is shown less than was signed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, cast

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
from comms.feedback.logic.shape import (
    MAX_SAFE,
    DefinitionError,
    Raw,
    all_different,
    day_of,
    decimal_of,
    fields_of,
    flag_of,
    id_of,
    is_plain,
    list_of,
    optional_whole,
    refuse_constant,
    whole_of,
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

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_OPS: Final = ("answered", "equals", "includes", "first", "gt", "ge", "lt", "le")


def read_definition(data: bytes) -> Definition:
    """The definition in these exact bytes. Raises DefinitionError."""
    if len(data) > BYTES:
        raise DefinitionError("too_large", "")
    try:
        raw = json.loads(data.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise DefinitionError("json", "") from None
    found = fields_of(
        raw, "", ("format", "languages", "title", "intro", "thanks", "steps", "quotas")
    )
    if type(found.get("format")) not in (int, float) or found["format"] != 1:
        raise DefinitionError("shape", "format")
    languages = []
    for at, one in enumerate(list_of(found.get("languages"), "languages", 1, LANGUAGES)):
        if not isinstance(one, str) or not _LANGUAGE.fullmatch(one):
            raise DefinitionError("shape", f"languages.{at}")
        languages.append(one)
    all_different(languages, "languages")
    reader = _Reader(tuple(languages))
    steps = tuple(
        reader.step(one, f"steps.{at}")
        for at, one in enumerate(list_of(found.get("steps"), "steps", 0, STEPS))
    )
    all_different(
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
                list_of([] if found.get("quotas") is None else found["quotas"], "quotas", 0, QUOTAS)
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
        found = fields_of({} if value is None else value, place, self._languages)
        for language, words in found.items():
            if not isinstance(words, str) or not is_plain(words):
                raise DefinitionError("shape", f"{place}.{language}")
            if len(words) > TEXT:
                raise DefinitionError("bounds", f"{place}.{language}")
        return found

    def step(self, value: Any, place: str) -> Step:
        found = fields_of(value, place, ("id", "title", "visible", "items"))
        return Step(
            id=id_of(found.get("id"), f"{place}.id"),
            title=self.text(found.get("title"), f"{place}.title"),
            visible=_optional_condition(found.get("visible"), f"{place}.visible"),
            items=tuple(
                self.item(one, f"{place}.items.{at}")
                for at, one in enumerate(list_of(found.get("items"), f"{place}.items", 0, ITEMS))
            ),
        )

    def item(self, value: Any, place: str) -> Item:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in ITEM_TYPES:
            raise DefinitionError("shape", f"{place}.type")
        asked = () if kind == "section" else _ASKED
        found = fields_of(value, place, (*_SHARED, *asked, *_OWN[kind]))
        base: dict[str, Any] = {
            "id": id_of(found.get("id"), f"{place}.id"),
            "type": kind,
            "label": self.text(found.get("label"), f"{place}.label"),
            "hint": self.text(found.get("hint"), f"{place}.hint"),
            "visible": _optional_condition(found.get("visible"), f"{place}.visible"),
        }
        if kind != "section":
            base |= {
                "required": flag_of(found, "required", place),
                # Whether an answer is sealed is never left to a default.
                "sealed": flag_of(found, "sealed", place, needed=True),
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
                    "max_length": whole_of(found.get("max_length"), f"{place}.max_length", 1, most)
                }
            case "number":
                return {
                    "integer": flag_of(found, "integer", place),
                    "minimum": decimal_of(found.get("min"), f"{place}.min"),
                    "maximum": decimal_of(found.get("max"), f"{place}.max"),
                    "unit": self.text(found.get("unit"), f"{place}.unit"),
                }
            case "date":
                return {
                    "minimum": day_of(found.get("min"), f"{place}.min"),
                    "maximum": day_of(found.get("max"), f"{place}.max"),
                }
            case "single_choice":
                return {
                    "choices": choices("choices", CHOICES),
                    "other": flag_of(found, "other", place),
                }
            case "multiple_choice":
                return {
                    "choices": choices("choices", CHOICES),
                    "other": flag_of(found, "other", place),
                    "least": optional_whole(found.get("min"), f"{place}.min", CHOICES),
                    "most": optional_whole(found.get("max"), f"{place}.max", CHOICES),
                }
            case "rating":
                return {
                    "scale": whole_of(found.get("scale"), f"{place}.scale", 2, 10),
                    "low": self.text(found.get("low"), f"{place}.low"),
                    "high": self.text(found.get("high"), f"{place}.high"),
                }
            case "likert":
                return {"rows": choices("rows", ROWS), "columns": choices("columns", COLUMNS)}
            case "ranking":
                return {"choices": choices("choices", ROWS)}
            case "file":
                return {"max_files": whole_of(found.get("max_files"), f"{place}.max_files", 1, 5)}
            case "yes_no" | "section":
                return {}

    def choices(self, value: Any, place: str, most: int) -> tuple[Choice, ...]:
        choices = []
        for at, one in enumerate(list_of(value, place, 0, most)):
            found = fields_of(one, f"{place}.{at}", ("id", "label"))
            name = id_of(found.get("id"), f"{place}.{at}.id")
            if name == OTHER:
                raise DefinitionError("shape", f"{place}.{at}.id")
            choices.append(Choice(name, self.text(found.get("label"), f"{place}.{at}.label")))
        all_different([choice.id for choice in choices], place)
        return tuple(choices)

    def constraint(self, value: Any, place: str) -> Constraint | None:
        if value is None:
            return None
        found = fields_of(value, place, ("condition", "message"))
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
        found = fields_of(one, at, ("all", "any", "not"))
        if len(found) != 1:
            raise DefinitionError("shape", at)
        (name,) = found
        if name == "not":
            return Not(read(found["not"], f"{at}.not", depth + 1))
        parts = tuple(
            read(part, f"{at}.{name}.{number}", depth + 1)
            for number, part in enumerate(list_of(found[name], f"{at}.{name}", 1, NODES))
        )
        return All(parts) if name == "all" else AnyOf(parts)

    return read(value, place, 1)


def _comparison(value: Raw, place: str) -> Comparison:
    found = fields_of(value, place, ("question", "op", "value", "row"))
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
        question=id_of(found.get("question"), f"{place}.question"),
        op=cast(Op, op),
        value=target,
        row=id_of(found["row"], f"{place}.row") if "row" in found else None,
    )


def _quota(value: Any, place: str) -> Quota:
    found = fields_of(value, place, ("condition", "limit"))
    return Quota(
        read_condition(found.get("condition"), f"{place}.condition"),
        whole_of(found.get("limit"), f"{place}.limit", 1, 1_000_000),
    )


def _optional_condition(value: Any, place: str) -> Condition | None:
    return None if value is None else read_condition(value, place)
