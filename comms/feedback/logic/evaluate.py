"""Which questions are asked, which answers count, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, assert_never

from comms.feedback.logic.definition import (
    OTHER,
    All,
    AnyOf,
    Comparison,
    Condition,
    Definition,
    Item,
    Not,
    Value,
)
from comms.feedback.logic.shape import DECIMAL, is_blank, is_day, is_plain

ProblemCode = Literal[
    "required",
    "type",
    "too_long",
    "too_small",
    "too_large",
    "not_whole",
    "too_early",
    "too_late",
    "too_few",
    "too_many",
    "incomplete",
    "constraint",
]
OTHER_LIMIT: Final = 500
_FILE_NAME_LIMIT: Final = 255
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILE_KEYS: Final = frozenset(("blob", "name", "size", "kind"))


@dataclass(frozen=True, slots=True)
class Problem:
    """`limit` is what the answer is held against, where there is one."""

    code: ProblemCode
    limit: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`shown`: ids of the steps and items that are asked; `answers`: those that count."""

    shown: Collection[str]
    problems: Mapping[str, Problem]
    answers: Mapping[str, Value]


def evaluate(
    definition: Definition, given: Mapping[str, Value], *, today: str, only_open: bool = False
) -> Evaluation:
    """Goes through the form in its order: a hidden question has no answer, whatever was typed before.

    `today` is the day in UTC, YYYY-MM-DD; with `only_open` sealed questions are neither asked for nor known, which is
    how the server sees a form.
    """
    shown: set[str] = set()
    problems: dict[str, Problem] = {}
    answers: dict[str, Value] = {}
    known = definition.by_id
    for step in definition.steps:
        if step.visible is not None and not fulfils(step.visible, known, answers, today):
            continue
        shown.add(step.id)
        for item in step.items:
            if item.visible is not None and not fulfils(item.visible, known, answers, today):
                continue
            shown.add(item.id)
            if not item.is_question or (only_open and item.sealed):
                continue
            value = given.get(item.id)
            if is_empty(item, value):
                if item.required:
                    problems[item.id] = Problem("required")
                continue
            problem = check_value(item, value, today)
            if problem is not None:
                problems[item.id] = problem
                continue
            answers[item.id] = value
            if item.constraint is not None and not fulfils(
                item.constraint.condition, known, answers, today
            ):
                problems[item.id] = Problem("constraint")
    return Evaluation(shown, problems, answers)


def is_empty(item: Item, value: Value) -> bool:
    """Whether nothing was answered: no words, no choice, no file."""
    if value is None:
        return True
    match item.type:
        case "short_text" | "long_text":
            return isinstance(value, str) and is_blank(value)
        case "number" | "date":
            return bool(value == "")
        case "multiple_choice":
            return isinstance(value, dict) and value.get("choices") == [] and "other" not in value
        case "likert":
            return bool(value == {})
        case "ranking" | "file":
            return bool(value == [])
        case _:
            return False


def check_value(item: Item, value: Value, today: str) -> Problem | None:
    """What is wrong with an answer, by itself: neither its constraint nor whether it is asked for."""
    return _CHECKS[item.type](item, value, today)


def _check_text(item: Item, value: Value, _today: str) -> Problem | None:
    if not isinstance(value, str) or not is_plain(value):
        return Problem("type")
    if len(value) > item.max_length:
        return Problem("too_long", str(item.max_length))
    return None


def _check_number(item: Item, value: Value, _today: str) -> Problem | None:
    if not isinstance(value, str) or not DECIMAL.fullmatch(value) or value == "-0":
        return Problem("type")
    if item.integer and "." in value:
        return Problem("not_whole")
    if item.minimum is not None and Decimal(value) < Decimal(item.minimum):
        return Problem("too_small", item.minimum)
    if item.maximum is not None and Decimal(value) > Decimal(item.maximum):
        return Problem("too_large", item.maximum)
    return None


def _check_date(item: Item, value: Value, today: str) -> Problem | None:
    if not isinstance(value, str) or not is_day(value):
        return Problem("type")
    least = today if item.minimum == "today" else item.minimum
    most = today if item.maximum == "today" else item.maximum
    if least is not None and value < least:
        return Problem("too_early", least)
    if most is not None and value > most:
        return Problem("too_late", most)
    return None


def _check_single(item: Item, value: Value, _today: str) -> Problem | None:
    if not isinstance(value, dict) or len(value) != 1:
        return Problem("type")
    if value.get("choice") is not None:
        if any(choice.id == value["choice"] for choice in item.choices):
            return None
        return Problem("type")
    return _check_other(item, value.get("other"))


def _check_multiple(item: Item, value: Value, _today: str) -> Problem | None:
    if not isinstance(value, dict) or not value.keys() <= {"choices", "other"}:
        return Problem("type")
    chosen = value.get("choices")
    if not isinstance(chosen, list):
        return Problem("type")
    if [choice.id for choice in item.choices if choice.id in chosen] != chosen:
        return Problem("type")
    has_other = "other" in value
    if has_other and (problem := _check_other(item, value["other"])) is not None:
        return problem
    number = len(chosen) + has_other
    if item.least is not None and number < item.least:
        return Problem("too_few", str(item.least))
    if item.most is not None and number > item.most:
        return Problem("too_many", str(item.most))
    return None


def _check_other(item: Item, value: Value) -> Problem | None:
    if not item.other or not isinstance(value, str) or not is_plain(value) or is_blank(value):
        return Problem("type")
    return Problem("too_long", str(OTHER_LIMIT)) if len(value) > OTHER_LIMIT else None


def _check_rating(item: Item, value: Value, _today: str) -> Problem | None:
    good = _is_whole(value) and 1 <= value <= item.scale
    return None if good else Problem("type")


def _check_likert(item: Item, value: Value, _today: str) -> Problem | None:
    if not isinstance(value, dict):
        return Problem("type")
    rows, columns = {one.id for one in item.rows}, [one.id for one in item.columns]
    if not value.keys() <= rows or any(column not in columns for column in value.values()):
        return Problem("type")
    if item.required and len(value) < len(item.rows):
        return Problem("incomplete")
    return None


def _check_ranking(item: Item, value: Value, _today: str) -> Problem | None:
    every = [choice.id for choice in item.choices]
    good = (
        isinstance(value, list) and len(value) == len(every) and all(one in value for one in every)
    )
    return None if good else Problem("type")


def _check_yes_no(_item: Item, value: Value, _today: str) -> Problem | None:
    return None if isinstance(value, bool) else Problem("type")


def _check_files(item: Item, value: Value, _today: str) -> Problem | None:
    if not isinstance(value, list) or not all(_is_file(one) for one in value):
        return Problem("type")
    if len(value) > item.max_files:
        return Problem("too_many", str(item.max_files))
    return None


def _check_nothing(_item: Item, _value: Value, _today: str) -> Problem | None:
    return Problem("type")


_CHECKS: Final[Mapping[str, Callable[[Item, Value, str], Problem | None]]] = {
    "short_text": _check_text,
    "long_text": _check_text,
    "number": _check_number,
    "date": _check_date,
    "single_choice": _check_single,
    "multiple_choice": _check_multiple,
    "rating": _check_rating,
    "likert": _check_likert,
    "ranking": _check_ranking,
    "yes_no": _check_yes_no,
    "file": _check_files,
    "section": _check_nothing,
}


def _is_file(value: Any) -> bool:
    if not isinstance(value, dict) or value.keys() != _FILE_KEYS:
        return False
    blob, name, kind, size = value["blob"], value["name"], value["kind"], value["size"]
    return (
        isinstance(blob, str)
        and _UUID.fullmatch(blob) is not None
        and isinstance(name, str)
        and 0 < len(name) <= _FILE_NAME_LIMIT
        and isinstance(kind, str)
        and _is_whole(size)
        and size >= 0
    )


def _is_whole(value: Any) -> bool:
    """A whole number as JSON has it: 4 and 4.0 are the same there, and true is none."""
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def fulfils(
    condition: Condition, known: Mapping[str, Item], answers: Mapping[str, Value], today: str
) -> bool:
    """Whether the answers fulfil the condition. A question without an answer fulfils no comparison."""
    if isinstance(condition, Comparison):
        return _compares(condition, known.get(condition.question), answers, today)
    if isinstance(condition, Not):
        return not fulfils(condition.part, known, answers, today)
    if isinstance(condition, All):
        return all(fulfils(part, known, answers, today) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(fulfils(part, known, answers, today) for part in condition.parts)
    assert_never(condition)


def _compares(one: Comparison, item: Item | None, answers: Mapping[str, Value], today: str) -> bool:
    value = answers.get(one.question)
    if item is None or not item.is_question or value is None:
        return False
    if one.op == "answered":
        return one.row is None or (item.type == "likert" and one.row in value)
    if (one.row is not None) != (item.type == "likert"):
        return False
    target = one.value
    match item.type:
        case "short_text" | "long_text":
            return one.op == "equals" and bool(value == target)
        case "number":
            if not isinstance(target, str) or not DECIMAL.fullmatch(target):
                return False
            return _ordered(one.op, Decimal(value), Decimal(target))
        case "date":
            day = today if target == "today" else target
            return isinstance(day, str) and is_day(day) and _ordered(one.op, value, day)
        case "rating":
            return type(target) is int and _ordered(one.op, value, target)
        case "single_choice":
            if one.op != "equals" or not isinstance(target, str):
                return False
            return "other" in value if target == OTHER else bool(value.get("choice") == target)
        case "multiple_choice":
            if one.op != "includes" or not isinstance(target, str):
                return False
            return "other" in value if target == OTHER else target in value["choices"]
        case "likert":
            return one.op == "equals" and one.row in value and bool(value[one.row] == target)
        case "ranking":
            return one.op == "first" and bool(value[0] == target)
        case "yes_no":
            return one.op == "equals" and isinstance(target, bool) and value is target
        case _:
            return False


def _ordered(op: str, left: Any, right: Any) -> bool:
    if op == "equals":
        return bool(left == right)
    if op == "gt":
        return bool(left > right)
    if op == "ge":
        return bool(left >= right)
    if op == "lt":
        return bool(left < right)
    return op == "le" and bool(left <= right)
