"""The questions of all published versions of a form, each once: what the analysis counts by.

Two versions' questions are one where id, type, padlock, choices, rows and columns agree. Where they do not, each
is counted for its own versions. Texts are those of the newest version that asks the question.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

_UNCOUNTED: Final = frozenset({"section"})
_LISTED: Final = frozenset({"single_choice", "multiple_choice", "yes_no", "rating"})
OTHER: Final = "other"


@dataclass(frozen=True)
class Choice:
    """A value that an answer can have, and its words."""

    id: str
    label: str


@dataclass(frozen=True)
class Question:
    """`key` is the id, or id~n for one that other versions ask differently."""

    key: str
    id: str
    type: str
    label: str
    sealed: bool
    choices: tuple[Choice, ...]
    rows: tuple[Choice, ...]
    columns: tuple[Choice, ...]
    unit: str
    versions: frozenset[int]

    @property
    def is_listed(self) -> bool:
        """Its answers are of a list, so that it can be filtered and crossed by."""
        return self.type in _LISTED

    @property
    def chart(self) -> str:
        """How it is drawn: bars, likert, histogram, months, or texts, which are not counted."""
        if self.is_listed or self.type == "ranking":
            return "bars"
        return {"likert": "likert", "number": "histogram", "date": "months"}.get(self.type, "texts")


def merge_questions(
    definitions: Iterable[tuple[int, str]], *, language: str
) -> tuple[Question, ...]:
    """Of each published version's number and definition. In the order of the newest, then what only older ones ask."""
    found: dict[tuple[object, ...], Question] = {}
    for number, text in sorted(definitions, reverse=True):
        for question in _read(json.loads(text), number, language):
            shape = _shape(question)
            known = found.get(shape)
            found[shape] = replace(known, versions=known.versions | {number}) if known else question
    used: dict[str, int] = {}
    keyed = []
    for question in found.values():
        used[question.id] = count = used.get(question.id, 0) + 1
        keyed.append(question if count == 1 else replace(question, key=f"{question.id}~{count}"))
    return tuple(keyed)


def _read(definition: Mapping[str, Any], number: int, language: str) -> Iterable[Question]:
    languages = definition["languages"]
    wanted = [one for one in (language, language.split("-")[0], languages[0]) if one in languages]

    def say(text: Mapping[str, str] | None) -> str:
        given = text or {}
        return next((given[one] for one in (*wanted, languages[0]) if given.get(one)), "")

    def choices(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Choice, ...]:
        return tuple(Choice(row["id"], say(row["label"]) or row["id"]) for row in rows or ())

    for step in definition["steps"]:
        for item in step["items"]:
            if item["type"] in _UNCOUNTED:
                continue
            yield Question(
                key=item["id"],
                id=item["id"],
                type=item["type"],
                label=say(item["label"]) or item["id"],
                sealed=bool(item.get("sealed")),
                choices=_values(item, choices(item.get("choices")), say),
                rows=choices(item.get("rows")),
                columns=choices(item.get("columns")),
                unit=say(item.get("unit")),
                versions=frozenset({number}),
            )


def _values(item: Mapping[str, Any], choices: tuple[Choice, ...], say: Any) -> tuple[Choice, ...]:
    match item["type"]:
        case "yes_no":
            return (Choice("true", _("Yes")), Choice("false", _("No")))
        case "rating":
            ends = {1: say(item.get("low")), item["scale"]: say(item.get("high"))}
            return tuple(
                Choice(str(n), f"{n} · {ends[n]}" if ends.get(n) else str(n))
                for n in range(1, item["scale"] + 1)
            )
        case _ if item.get("other"):
            return (*choices, Choice(OTHER, _("Other")))
        case _:
            return choices


def _shape(question: Question) -> tuple[object, ...]:
    return (
        question.id,
        question.type,
        question.sealed,
        *(
            tuple(one.id for one in part)
            for part in (question.choices, question.rows, question.columns)
        ),
    )
