"""Leaks: ways in which the server could learn of a sealed answer from an open one.

Nothing open may depend on anything sealed: not whether it is asked, not what it accepts, not its words, not a
quota. A definition without leaks keeps this: other sealed answers change nothing of what the server gets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from comms.feedback.logic.definition import Definition, comparisons_of, items_of
from comms.feedback.logic.piping import pipes_in, pipes_of
from comms.feedback.logic.places import conditions_of, step_texts, texts_of


@dataclass(frozen=True, slots=True)
class Leak:
    """`of` is the open question, the step, or the number of the quota; `sealed` the question that shows through.

    `kind` is one of visible, constraint, piping, default, step_visible, step_piping, quota, open_file.
    """

    kind: str
    of: str
    sealed: str


def find_leaks(definition: Definition) -> list[Leak]:
    """Every leak once, in the order of the form."""
    sealed = {item.id for item in items_of(definition) if item.is_question and item.sealed}
    leaks: dict[Leak, None] = {}

    def tell(kind: str, of: str, questions: Iterable[str]) -> None:
        for question in questions:
            if question in sealed:
                leaks[Leak(kind, of, question)] = None

    for step in definition.steps:
        if any(item.is_open for item in step.items):
            tell("step_visible", step.id, (one.question for one in comparisons_of(step.visible)))
            for _part, _choice, text in step_texts(step):
                tell("step_piping", step.id, pipes_of(text))
        for item in step.items:
            if not item.is_open:
                continue
            for part, condition in conditions_of(item):
                tell(part, item.id, (one.question for one in comparisons_of(condition)))
            for _part, _choice, text in texts_of(item):
                tell("piping", item.id, pipes_of(text))
            if isinstance(item.default, str):
                tell("default", item.id, pipes_in(item.default))
            if item.type == "file":
                leaks[Leak("open_file", item.id, item.id)] = None
    for at, quota in enumerate(definition.quotas):
        tell("quota", str(at), (one.question for one in comparisons_of(quota.condition)))
    return list(leaks)
