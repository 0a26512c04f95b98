"""Every text and condition of a form, with the name of its place: what the findings go through."""

from __future__ import annotations

from collections.abc import Iterator

from comms.feedback.logic.definition import Condition, Definition, Item, Step, Text


def texts_of(item: Item) -> Iterator[tuple[str, str | None, Text]]:
    """(part, choice or None, text) of an item."""
    yield "label", None, item.label
    yield "hint", None, item.hint
    for choice in item.choices:
        yield "choice", choice.id, choice.label
    for row in item.rows:
        yield "row", row.id, row.label
    for column in item.columns:
        yield "column", column.id, column.label
    if item.type == "number":
        yield "unit", None, item.unit
    if item.type == "rating":
        yield "low", None, item.low
        yield "high", None, item.high
    if item.constraint is not None:
        yield "message", None, item.constraint.message


def step_texts(step: Step) -> Iterator[tuple[str, str | None, Text]]:
    yield "title", None, step.title


def form_texts(definition: Definition) -> Iterator[tuple[str, str | None, Text]]:
    yield "title", None, definition.title
    yield "intro", None, definition.intro
    yield "thanks", None, definition.thanks


def conditions_of(item: Item) -> Iterator[tuple[str, Condition]]:
    """(part, condition) of an item."""
    if item.visible is not None:
        yield "visible", item.visible
    if item.constraint is not None:
        yield "constraint", item.constraint.condition
