"""Forms in which a sealed answer shows through something open, and forms in which none does.

`python -m tests.feedback.leak_corpus` writes tests/vectors/form_leaks.json, which the browser's tests read too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "vectors" / "form_leaks.json"
Json = Any


def en(words: str, **others: str) -> Json:
    return {"en": words, **others}


def question(name: str, kind: str = "short_text", *, sealed: bool = False, **parts: Json) -> Json:
    own: Json = {
        "short_text": {"max_length": 100},
        "long_text": {"max_length": 100},
        "number": {},
        "date": {},
        "yes_no": {},
        "rating": {"scale": 5},
        "single_choice": {"choices": letters(), "other": True},
        "multiple_choice": {"choices": letters(), "other": True},
        "ranking": {"choices": letters()},
        "likert": {"rows": letters(), "columns": letters()},
        "file": {"max_files": 1},
    }[kind]
    base = {"id": name, "type": kind, "label": en(name, ar="سؤال"), "sealed": sealed}
    return {**base, **own, **parts}


def section(name: str, **parts: Json) -> Json:
    return {"id": name, "type": "section", "label": en(name, ar="قسم"), **parts}


def letters() -> Json:
    return [{"id": one, "label": en(one, ar="حرف")} for one in "abc"]


def form(*items: Json, quotas: Json = (), **parts: Json) -> Json:
    """Everything in one step, but for what is given as a step of its own."""
    steps: list[Json] = []
    for one in items:
        if "items" in one:
            steps.append({"title": en("t"), **one})
        else:
            if not steps or not steps[-1].get("gathered"):
                steps.append({"id": f"s{len(steps)}", "title": en("t"), "items": [], "gathered": 1})
            steps[-1]["items"].append(one)
    for step in steps:
        step.pop("gathered", None)
    return {
        "format": 1,
        "languages": ["en", "ar"],
        "title": en("T"),
        "intro": en("I"),
        "thanks": en("Thanks"),
        "steps": steps,
        "quotas": list(quotas),
        **parts,
    }


def given(name: str) -> Json:
    return {"question": name, "op": "answered"}


def equals(name: str, value: Json, **parts: Json) -> Json:
    return {"question": name, "op": "equals", "value": value, **parts}


SECRET = question("secret", "yes_no", sealed=True)
TOLD = equals("secret", True)


def limit(condition: Json, **message: str) -> Json:
    return {"condition": condition, "message": en("No.", **message)}


def leaking() -> dict[str, tuple[Json, list[list[str]]]]:
    """By name: a form, and what shows through in it as [kind, of, sealed]."""
    likert = question("secret", "likert", sealed=True)
    ranking = question("secret", "ranking", sealed=True)
    several = question("secret", "multiple_choice", sealed=True)
    number = question("secret", "number", sealed=True)
    day = question("secret", "date", sealed=True)
    words = question("secret", sealed=True)
    seen = [["visible", "open", "secret"]]
    piped = [["piping", "open", "secret"]]
    held = [["constraint", "open", "secret"]]
    step = [["step_visible", "s9", "secret"]]

    def shown(condition: Json, secret: Json = SECRET) -> tuple[Json, list[list[str]]]:
        return form(secret, question("open", visible=condition)), seen

    return {
        "asked if answered": shown(given("secret")),
        "asked by the answer": shown(TOLD),
        "asked unless": shown({"not": TOLD}),
        "asked by one of many": shown({"any": [given("first"), TOLD]}),
        "asked by all": shown({"all": [given("first"), {"any": [{"not": {"all": [TOLD]}}]}]}),
        "asked by a row": shown(equals("secret", "b", row="a"), likert),
        "asked if a row is answered": shown(
            {"question": "secret", "op": "answered", "row": "a"}, likert
        ),
        "asked by the first place": shown(
            {"question": "secret", "op": "first", "value": "c"}, ranking
        ),
        "asked by a choice among many": shown(
            {"question": "secret", "op": "includes", "value": "a"}, several
        ),
        "asked by a text of one's own": shown(
            {"question": "secret", "op": "includes", "value": "other"}, several
        ),
        "asked by a number": shown({"question": "secret", "op": "gt", "value": "5"}, number),
        "asked by a day": shown({"question": "secret", "op": "lt", "value": "today"}, day),
        "asked by a text": shown(equals("secret", "yes"), words),
        "asked if a file was sent": shown(given("secret"), question("secret", "file", sealed=True)),
        "an open matrix asked by it": (
            form(SECRET, question("open", "likert", visible=TOLD)),
            seen,
        ),
        "accepted by the answer": (form(SECRET, question("open", constraint=limit(TOLD))), held),
        "accepted unless": (
            form(SECRET, question("open", constraint=limit({"not": {"not": TOLD}}))),
            held,
        ),
        "accepted by its own and the sealed": (
            form(SECRET, question("open", constraint=limit({"any": [given("open"), TOLD]}))),
            held,
        ),
        "said in the question": (form(words, question("open", label=en("Why {secret}?"))), piped),
        "said in another language": (
            form(words, question("open", label=en("Why?", ar="لماذا {secret}؟"))),
            piped,
        ),
        "said in the hint": (form(words, question("open", hint=en("{secret}"))), piped),
        "said in a message": (
            form(
                words,
                question("open", constraint=limit(given("open"), ar="{secret}")),
            ),
            piped,
        ),
        "said in a choice": (
            form(
                words,
                question("open", "single_choice", choices=[{"id": "a", "label": en("{secret}")}]),
            ),
            piped,
        ),
        "said in a row": (
            form(
                words,
                question("open", "likert", rows=[{"id": "a", "label": en("x", ar="{secret}")}]),
            ),
            piped,
        ),
        "said in a column": (
            form(
                words,
                question("open", "likert", columns=[{"id": "a", "label": en("{secret}")}]),
            ),
            piped,
        ),
        "said in a unit": (form(words, question("open", "number", unit=en("{secret}"))), piped),
        "said at an end of the scale": (
            form(words, question("open", "rating", high=en("{secret}"))),
            piped,
        ),
        "written in beforehand": (
            form(words, question("open", default="It is {secret}")),
            [["default", "open", "secret"]],
        ),
        "a step by the answer": (
            form(SECRET, {"id": "s9", "visible": TOLD, "items": [question("open")]}),
            step,
        ),
        "a step with one open question among sealed ones": (
            form(
                SECRET,
                {
                    "id": "s9",
                    "visible": {"not": given("secret")},
                    "items": [question("more", sealed=True), section("text"), question("open")],
                },
            ),
            step,
        ),
        "said in a step's title": (
            form(words, {"id": "s9", "title": en("{secret}"), "items": [question("open")]}),
            [["step_piping", "s9", "secret"]],
        ),
        "a quota by the answer": (
            form(question("open"), SECRET, quotas=[{"condition": TOLD, "limit": 5}]),
            [["quota", "0", "secret"]],
        ),
        "the second quota by both": (
            form(
                question("open"),
                SECRET,
                quotas=[
                    {"condition": given("open"), "limit": 5},
                    {"condition": {"all": [given("open"), TOLD]}, "limit": 5},
                ],
            ),
            [["quota", "1", "secret"]],
        ),
        "an open file": (form(question("open", "file")), [["open_file", "open", "open"]]),
        "through another question": (
            form(SECRET, question("open", visible=TOLD), question("last", visible=given("open"))),
            seen,
        ),
        "two ways at once": (
            form(
                words,
                question("open", label=en("{secret}"), visible=given("secret")),
            ),
            [*seen, *piped],
        ),
    }


def harmless() -> dict[str, Json]:
    """Forms with sealed questions in which nothing shows."""
    words = question("secret", sealed=True)
    return {
        "open and sealed side by side": form(question("open"), SECRET),
        "sealed asked by open": form(
            question("open", "yes_no"), {**SECRET, "visible": equals("open", True)}
        ),
        "sealed asked by sealed": form(SECRET, question("more", sealed=True, visible=TOLD)),
        "sealed accepted by sealed": form(
            SECRET, question("more", sealed=True, constraint=limit(TOLD))
        ),
        "sealed accepted by open": form(
            question("open", "yes_no"), {**words, "constraint": limit(equals("open", True))}
        ),
        "sealed accepted by itself": form({**words, "constraint": limit(equals("secret", "x"))}),
        "sealed said in sealed": form(
            words, question("more", sealed=True, label=en("{secret}"), hint=en("{secret}"))
        ),
        "sealed said in a section": form(words, section("text", label=en("You said {secret}"))),
        "a section shown by sealed": form(SECRET, section("text", visible=TOLD)),
        "sealed said in the thanks": form(words, thanks=en("Thank you for {secret}")),
        "open said in open": form(question("open"), question("next", label=en("{open}"))),
        "open said in sealed": form(question("open"), {**words, "label": en("{open}")}),
        "braces that pipe nothing": form(words, question("open", label=en("{{secret}}"))),
        "a name that no question has": form(
            words, question("open", label=en("{Secret} { secret }"))
        ),
        "a sealed step by sealed": form(
            SECRET, {"id": "s9", "visible": TOLD, "items": [question("more", sealed=True)]}
        ),
        "a step of text by sealed": form(
            SECRET, {"id": "s9", "visible": TOLD, "items": [section("text")]}
        ),
        "a sealed step's title says sealed": form(
            words,
            {"id": "s9", "title": en("{secret}"), "items": [question("more", sealed=True)]},
        ),
        "a quota by open": form(
            question("open", "yes_no"),
            SECRET,
            quotas=[{"condition": equals("open", True), "limit": 5}],
        ),
        "a sealed file": form(question("secret", "file", sealed=True), question("open")),
        "sealed written in from sealed": form(
            words, question("more", sealed=True, default="{secret}")
        ),
        "a step by open": form(
            question("open", "yes_no"),
            {"id": "s9", "visible": equals("open", True), "items": [SECRET, question("more")]},
        ),
        "everything open": form(
            question("open", "yes_no"),
            question("next", visible=equals("open", True), constraint=limit(given("open"))),
        ),
        "everything sealed": form(
            SECRET, question("more", sealed=True, label=en("{secret}"), visible=TOLD)
        ),
    }


def make() -> Json:
    return {
        "leaking": [
            {"name": name, "definition": one, "leaks": leaks}
            for name, (one, leaks) in leaking().items()
        ],
        "harmless": [{"name": name, "definition": one} for name, one in harmless().items()],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
