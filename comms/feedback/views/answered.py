"""What was answered, for a page: the questions in one of their languages, and the open answers in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format, localize
from django.utils.translation import gettext as _

from comms.feedback.logic import Definition, Item, SayWords, evaluate, fill, in_language, say


@dataclass(frozen=True, slots=True)
class Shown:
    """One question with its answer in words; `words` is empty without one. A section has a label alone."""

    id: str
    label: str
    sealed: bool
    is_section: bool
    words: str


def shown_answers(
    definition: Definition, answers: Mapping[str, Any], language: str, day: dt.date
) -> list[Shown]:
    """In the order of the form, without open questions that the person was not asked.

    Whether a sealed question was asked is sealed too, so each stands there.
    """
    words = SayWords(yes=_("Yes"), no=_("No"))
    asked = evaluate(definition, answers, today=day.isoformat(), only_open=True).shown
    shown = []
    for step in definition.steps:
        for item in step.items:
            value = None if item.sealed else answers.get(item.id)
            if item.id not in asked and value is None and not item.sealed:
                continue
            said = "" if value is None else _said(item, value, language, definition, words)
            label = fill(item.label, language, definition, answers, words)
            shown.append(Shown(item.id, label, item.sealed, not item.is_question, said))
    return shown


def read_answers(text: str | None) -> dict[str, Any]:
    """Open answers as they were sent; none of an erased submission."""
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def _said(item: Item, value: Any, language: str, definition: Definition, words: SayWords) -> str:
    """One answer as a person reads it; of several things, a line each."""

    def one(part: Any) -> str:
        return say(item, part, language, definition.languages, words)

    match item.type:
        case "number":
            return f"{value} {in_language(item.unit, language, definition.languages)}".strip()
        case "date":
            day = parse_date(str(value))
            return date_format(day, "j M Y") if day else str(value)
        case "rating":
            figures = {"given": localize(int(value)), "most": localize(item.scale)}
            return _("%(given)s of %(most)s") % figures
        case "multiple_choice":
            lines = [one({"choices": [name]}) for name in value["choices"]]
            return "\n".join([*lines, *([value["other"]] if "other" in value else [])])
        case "likert":
            return "\n".join(one({row: column}) for row, column in value.items())
        case "ranking":
            return "\n".join(f"{localize(n)}. {one([name])}" for n, name in enumerate(value, 1))
        case _:
            return one(value)
