"""Words: texts in a language, answers in words, and earlier answers inside later texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comms.feedback.logic.definition import Choice, Definition, Item, Text, Value
from comms.feedback.logic.shape import is_blank

NOTHING: Final = "…"
"""Stands where an answer is piped that was not given."""
_TOKEN: Final = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]{0,31})\}")


@dataclass(frozen=True, slots=True)
class SayWords:
    """What yes and no are called in the language shown."""

    yes: str
    no: str


def in_language(text: Text, language: str, languages: Sequence[str]) -> str:
    """The text in the language, else in the form's first, else in any that has words."""
    for one in (language, *languages):
        words = text.get(one)
        if words is not None and not is_blank(words):
            return words
    return ""


def pipes_of(text: Text) -> list[str]:
    """Ids of the questions that a text pipes, in any of its languages."""
    return [question for words in text.values() for question in pipes_in(words)]


def pipes_in(words: str) -> list[str]:
    """Ids of the questions that these words pipe."""
    return [found[1] for found in _TOKEN.finditer(words) if found[1] is not None]


def fill(
    text: Text,
    language: str,
    definition: Definition,
    answers: Mapping[str, Value],
    words: SayWords,
) -> str:
    """The text in the language, with earlier answers in it."""

    def put(found: re.Match[str]) -> str:
        question = found[1]
        if question is None:
            return found[0][0]
        item = definition.by_id.get(question)
        if item is None or not item.is_question:
            return found[0]
        value = answers.get(question)
        if value is None:
            return NOTHING
        return say(item, value, language, definition.languages, words)

    return _TOKEN.sub(put, in_language(text, language, definition.languages))


def say(item: Item, value: Value, language: str, languages: Sequence[str], words: SayWords) -> str:
    """An answer in words: choices by their labels, days and numbers as they are."""

    def label(choices: Sequence[Choice], name: str) -> str:
        found = next((choice for choice in choices if choice.id == name), None)
        return name if found is None else in_language(found.label, language, languages) or name

    match item.type:
        case "rating":
            return str(int(value))
        case "yes_no":
            return words.yes if value is True else words.no
        case "single_choice":
            return str(value["other"]) if "other" in value else label(item.choices, value["choice"])
        case "multiple_choice":
            chosen = [label(item.choices, name) for name in value["choices"]]
            return ", ".join([*chosen, *([value["other"]] if "other" in value else [])])
        case "likert":
            return "; ".join(
                f"{label(item.rows, row.id)}: {label(item.columns, value[row.id])}"
                for row in item.rows
                if row.id in value
            )
        case "ranking":
            return ", ".join(label(item.choices, name) for name in value)
        case "file":
            return ", ".join(file["name"] for file in value)
        case _:
            return str(value)
