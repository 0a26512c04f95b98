"""Writes tests/vectors/form_logic.json: python -m tests.feedback.vectors, after the logic changed on purpose."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.feedback import drawing
from tests.feedback.outcome import outcome

FILE = Path(__file__).parents[1] / "vectors" / "form_logic.json"
SEED = 20261123
CASES = 320


def make() -> list[Any]:
    """The cases, the same every time."""
    draw = random.Random(SEED)
    cases = []
    for number in range(CASES):
        form = drawing.definition(draw)
        if number % 10 == 9:
            spoil(draw, form)
        given = drawing.answers(draw, form)
        cases.append({"definition": form, "answers": given, "expected": outcome(form, given)})
    return cases


def spoil(draw: random.Random, form: Any) -> None:
    """One thing in it that no reader takes."""
    step = draw.choice(form["steps"])
    one = draw.choice(step["items"])
    spoilers: list[Callable[[], Any]] = [
        lambda: form.update(format=2),
        lambda: form.update(more=1),
        lambda: form.update(languages=[]),
        lambda: form.update(languages=["en", "en"]),
        lambda: step.update(id="S"),
        lambda: one.update(id=form["steps"][0]["items"][0]["id"] + "x" * 40),
        lambda: one.update(type="essay"),
        lambda: one.update(label={"xx": "?"}),
        lambda: one.update(label={"en": 5}),
        lambda: one.update(visible={"all": []}),
        lambda: one.update(visible={"all": [], "any": []}),
        lambda: one.update(visible={"question": "q0", "op": "equals"}),
        lambda: one.update(visible={"question": "q0", "op": "answered", "value": 1}),
        lambda: one.update(visible={"question": "q0", "op": "near", "value": 1}),
        lambda: one.update(sealed="yes"),
        lambda: one.pop("sealed", None),
    ]
    draw.choice(spoilers)()


if __name__ == "__main__":
    FILE.write_text(
        json.dumps(make(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
