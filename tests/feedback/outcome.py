"""What the logic says of a form and answers, as JSON: the same in both languages."""

from __future__ import annotations

import json
from typing import Any

from comms.feedback import logic
from tests.feedback.drawing import TODAY

WORDS = logic.SayWords("yes", "no")


def outcome(form: Any, given: Any) -> Any:
    """Everything that browser and server must agree on."""
    data = json.dumps(form, ensure_ascii=False).encode()
    try:
        definition = logic.read_definition(data)
    except logic.DefinitionError as error:
        return {"error": [error.code, error.place]}
    return {
        "all": evaluation(definition, given, only_open=False),
        "open": evaluation(definition, given, only_open=True),
        "leaks": [[one.kind, one.of, one.sealed] for one in logic.find_leaks(definition)],
        "broken": [
            [one.kind, one.of, one.part, one.question] for one in logic.find_broken(definition)
        ],
        "gaps": [
            [one.of, one.part, one.choice, one.language] for one in logic.find_gaps(definition)
        ],
    }


def evaluation(definition: logic.Definition, given: Any, *, only_open: bool) -> Any:
    found = logic.evaluate(definition, given, today=TODAY, only_open=only_open)
    language = definition.languages[-1]
    return {
        "shown": sorted(found.shown),
        "problems": {
            name: [problem.code, problem.limit] for name, problem in found.problems.items()
        },
        "answers": dict(found.answers),
        "said": {
            name: logic.say(definition.by_id[name], value, language, definition.languages, WORDS)
            for name, value in found.answers.items()
        },
        "filled": {
            item.id: logic.fill(item.label, language, definition, found.answers, WORDS)
            for item in logic.items_of(definition)
        },
    }
