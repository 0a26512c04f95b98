"""What a form is: its languages, steps and questions, as docs/forms.md describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

Text = Mapping[str, str]
"""Words by language. A language that is missing falls back to the form's first."""

ItemType = Literal[
    "short_text",
    "long_text",
    "number",
    "date",
    "single_choice",
    "multiple_choice",
    "rating",
    "likert",
    "ranking",
    "yes_no",
    "file",
    "section",
]
ITEM_TYPES: Final[tuple[ItemType, ...]] = (
    "short_text",
    "long_text",
    "number",
    "date",
    "single_choice",
    "multiple_choice",
    "rating",
    "likert",
    "ranking",
    "yes_no",
    "file",
    "section",
)
Op = Literal["answered", "equals", "includes", "first", "gt", "ge", "lt", "le"]
OTHER: Final = "other"
"""The choice id that stands for a text of one's own."""

Value = Any
"""An answer as JSON has it: its shape depends on the question's type (docs/forms.md)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of an earlier question; in a constraint also of its own. `row` names the row of a Likert matrix."""

    question: str
    op: Op
    value: str | int | bool | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = All | AnyOf | Not | Comparison


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Constraint:
    condition: Condition
    message: Text


@dataclass(frozen=True, slots=True)
class Item:
    """A question, or, of type `section`, text between the questions. Parts of other types keep their defaults.

    `minimum` and `maximum`: of a number as decimals, of a date as days or "today".
    """

    id: str
    type: ItemType
    label: Text
    hint: Text
    visible: Condition | None
    required: bool = False
    sealed: bool = False
    constraint: Constraint | None = None
    default: Value = None
    max_length: int = 0
    integer: bool = False
    minimum: str | None = None
    maximum: str | None = None
    unit: Text = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    other: bool = False
    least: int | None = None
    most: int | None = None
    scale: int = 0
    low: Text = field(default_factory=dict)
    high: Text = field(default_factory=dict)
    rows: tuple[Choice, ...] = ()
    columns: tuple[Choice, ...] = ()
    max_files: int = 0

    @property
    def is_question(self) -> bool:
        return self.type != "section"

    @property
    def is_open(self) -> bool:
        """Whether the server may read and count the answers."""
        return self.is_question and not self.sealed


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    title: Text
    visible: Condition | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """Full when `limit` submissions fulfil the condition."""

    condition: Condition
    limit: int


@dataclass(frozen=True)
class Definition:
    """`languages`: BCP 47; the first is the one that the others are translated from."""

    languages: tuple[str, ...]
    title: Text
    intro: Text
    thanks: Text
    steps: tuple[Step, ...]
    quotas: tuple[Quota, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Item]:
        return {item.id: item for item in items_of(self)}


def items_of(definition: Definition) -> Iterator[Item]:
    """Every item in order."""
    for step in definition.steps:
        yield from step.items


def comparisons_of(condition: Condition | None) -> Iterator[Comparison]:
    """Every comparison in a condition."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from comparisons_of(condition.part)
    elif condition is not None:
        for part in condition.parts:
            yield from comparisons_of(part)
