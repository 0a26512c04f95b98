"""What keeps a definition that can be read from making sense, and which translations are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from comms.feedback.logic.definition import (
    OTHER,
    Choice,
    Comparison,
    Condition,
    Definition,
    Item,
    Text,
    comparisons_of,
    items_of,
)
from comms.feedback.logic.evaluate import check_value
from comms.feedback.logic.piping import pipes_in, pipes_of
from comms.feedback.logic.places import conditions_of, form_texts, step_texts, texts_of
from comms.feedback.logic.shape import DECIMAL, is_blank, is_day

_ORDERS = ("equals", "gt", "ge", "lt", "le")


@dataclass(frozen=True, slots=True)
class Broken:
    """`of` is the item, the step, "quota" with its number, or "form"; `part` the place within.

    `kind` is one of no_title, no_question, no_label, no_choices, bounds, default, unknown_question, later_question,
    wrong_comparison, unknown_pipe, later_pipe; the last five name the `question` spoken of.
    """

    kind: str
    of: str
    part: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A text without words in `language`, though it has some in the form's first."""

    of: str
    part: str
    choice: str | None
    language: str


class _Finder:
    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._earlier: set[str] = set()
        self.found: list[Broken] = []

    def run(self) -> None:
        definition = self._definition
        if self.missing(definition.title):
            self.tell("no_title", "form", "title")
        if not any(item.is_question for item in items_of(definition)):
            self.tell("no_question", "form", "steps")
        self.pipes("form", "title", pipes_of(definition.title))
        self.pipes("form", "intro", pipes_of(definition.intro))
        for step in definition.steps:
            self.condition(step.id, "visible", step.visible)
            for part, _choice, text in step_texts(step):
                self.pipes(step.id, part, pipes_of(text))
            for item in step.items:
                self.item(item)
        for at, quota in enumerate(definition.quotas):
            self.condition(f"quota{at}", "condition", quota.condition)
        self.pipes("form", "thanks", pipes_of(definition.thanks))

    def item(self, item: Item) -> None:
        if self.missing(item.label):
            self.tell("no_label", item.id, "label")
        if item.is_question:
            for kind, part in _parts(item, self.missing):
                self.tell(kind, item.id, part)
        for part, condition in conditions_of(item):
            self.condition(item.id, part, condition, item.id if part == "constraint" else None)
        for part, _choice, text in texts_of(item):
            self.pipes(item.id, part, pipes_of(text), item.id if part == "message" else None)
        if isinstance(item.default, str) and item.type in ("short_text", "long_text"):
            self.pipes(item.id, "default", pipes_in(item.default))
        self._earlier.add(item.id)

    def missing(self, text: Text) -> bool:
        return is_blank(text.get(self._definition.languages[0], ""))

    def tell(self, kind: str, of: str, part: str, question: str | None = None) -> None:
        self.found.append(Broken(kind, of, part, question))

    def condition(
        self, of: str, part: str, condition: Condition | None, own: str | None = None
    ) -> None:
        for one in comparisons_of(condition):
            item = self._definition.by_id.get(one.question)
            if item is None or not item.is_question:
                self.tell("unknown_question", of, part, one.question)
            elif one.question not in self._earlier and one.question != own:
                self.tell("later_question", of, part, one.question)
            elif not _fits(one, item):
                self.tell("wrong_comparison", of, part, one.question)

    def pipes(self, of: str, part: str, names: Iterable[str], own: str | None = None) -> None:
        for question in dict.fromkeys(names):
            item = self._definition.by_id.get(question)
            if item is None or not item.is_question:
                self.tell("unknown_pipe", of, part, question)
            elif question not in self._earlier and question != own:
                self.tell("later_pipe", of, part, question)


def find_broken(definition: Definition) -> list[Broken]:
    """Everything to mend before publishing, in the order of the form."""
    finder = _Finder(definition)
    finder.run()
    return finder.found


def _parts(item: Item, missing: Callable[[Text], bool]) -> Iterator[tuple[str, str]]:
    """(kind, part) of what is wrong with a question's own parts."""
    least = {"single_choice": 1 if item.other else 2, "multiple_choice": 1, "ranking": 2}
    for part, choices, few in (
        ("choices", item.choices, least.get(item.type, 0)),
        ("rows", item.rows, 1 if item.type == "likert" else 0),
        ("columns", item.columns, 2 if item.type == "likert" else 0),
    ):
        if len(choices) < few:
            yield "no_choices", part
        if any(missing(choice.label) for choice in choices):
            yield "no_label", part
    if _bounds_cross(item):
        yield "bounds", "min"
    if item.constraint is not None and missing(item.constraint.message):
        yield "no_label", "message"
    if item.default is not None:
        problem = check_value(item, item.default, "2000-01-01")
        if item.type == "file" or (problem is not None and problem.code == "type"):
            yield "default", "default"


def _bounds_cross(item: Item) -> bool:
    low, high = item.minimum, item.maximum
    match item.type:
        case "multiple_choice":
            every = len(item.choices) + item.other
            least = item.least or 0
            most = every if item.most is None else item.most
            return least > most or least > every or most < 1
        case "number":
            return low is not None and high is not None and Decimal(low) > Decimal(high)
        case "date":
            days = [day for day in (low, high) if day is not None and day != "today"]
            return len(days) == 2 and days[0] > days[1]
        case _:
            return False


def _fits(one: Comparison, item: Item) -> bool:
    """Whether a question of this kind can be compared like that."""
    op, value = one.op, one.value
    if one.row is not None and not (
        item.type == "likert" and any(row.id == one.row for row in item.rows)
    ):
        return False
    if op == "answered":
        return True
    match item.type:
        case "short_text" | "long_text":
            return op == "equals" and isinstance(value, str)
        case "number":
            return op in _ORDERS and isinstance(value, str) and bool(DECIMAL.fullmatch(value))
        case "date":
            return op in _ORDERS and isinstance(value, str) and (value == "today" or is_day(value))
        case "rating":
            return op in _ORDERS and type(value) is int
        case "single_choice":
            return op == "equals" and _is_choice(value, item.choices, item.other)
        case "multiple_choice":
            return op == "includes" and _is_choice(value, item.choices, item.other)
        case "likert":
            return op == "equals" and one.row is not None and _is_choice(value, item.columns, False)
        case "ranking":
            return op == "first" and _is_choice(value, item.choices, False)
        case "yes_no":
            return op == "equals" and isinstance(value, bool)
        case _:
            return False


def _is_choice(value: Any, choices: Sequence[Choice], other: bool) -> bool:
    return (other and value == OTHER) or any(choice.id == value for choice in choices)


def find_gaps(definition: Definition) -> list[Gap]:
    """Texts that have words in the first language and none in another one."""
    source, *others = definition.languages
    gaps: list[Gap] = []

    def look(of: str, texts: Iterable[tuple[str, str | None, Text]]) -> None:
        for part, choice, text in texts:
            if is_blank(text.get(source, "")):
                continue
            gaps.extend(
                Gap(of, part, choice, language)
                for language in others
                if is_blank(text.get(language, ""))
            )

    look("form", form_texts(definition))
    for step in definition.steps:
        look(step.id, step_texts(step))
        for item in step.items:
            look(item.id, texts_of(item))
    return gaps
