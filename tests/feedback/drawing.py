"""Forms and answers drawn by chance: every type, every comparison, good and bad ones, the same for the same seed."""

from __future__ import annotations

import random
from typing import Any

Json = Any

LETTERS = ["a", "b", "c", "d"]
TYPES = [
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
WORDS = ["yes", "no", "Śląsk", "سلام", "😀", " ", "", "{{x}}", "q1"]
DECIMALS = ["0", "-1", "3", "2.5", "10", "-0.000001", "999999999999999.999999"]
DAYS = ["2026-11-22", "2026-11-23", "2026-11-24", "2024-02-29", "0001-01-01", "9999-12-31"]
TODAY = "2026-11-23"
BLOB = "00000000-0000-4000-8000-000000000001"
FILE = {"blob": BLOB, "name": "map.pdf", "size": 5, "kind": "application/pdf"}


def text(draw: random.Random, names: list[str], languages: list[str]) -> Json:
    pipe = f" {{{draw.choice(names)}}}" if names and draw.random() < 0.3 else ""
    return {language: draw.choice(WORDS) + pipe for language in languages if draw.random() < 0.8}


def choices(draw: random.Random, languages: list[str], least: int = 2) -> Json:
    return [
        {"id": letter, "label": text(draw, [], languages)}
        for letter in LETTERS[: draw.randint(least, 4)]
    ]


def condition(draw: random.Random, items: list[Json], depth: int = 1) -> Json:
    """Over these items; now and then one that speaks of nothing, or compares what can't be compared."""
    roll = draw.random()
    if depth < 4 and roll < 0.35:
        name = draw.choice(["all", "any"])
        return {name: [condition(draw, items, depth + 1) for _ in range(draw.randint(1, 3))]}
    if depth < 4 and roll < 0.45:
        return {"not": condition(draw, items, depth + 1)}
    if draw.random() < 0.05:
        return {"question": "nobody", "op": "answered"}
    item = draw.choice(items)
    name, kind = item["id"], item["type"]
    if draw.random() < 0.15:
        return {"question": name, "op": "answered"}
    if draw.random() < 0.05:
        return {"question": name, "op": draw.choice(["equals", "gt", "first"]), "value": "b"}
    order = draw.choice(["equals", "gt", "ge", "lt", "le"])
    letter = draw.choice([*LETTERS, "other"])
    match kind:
        case "number":
            return {"question": name, "op": order, "value": draw.choice(DECIMALS)}
        case "date":
            return {"question": name, "op": order, "value": draw.choice([*DAYS, "today"])}
        case "rating":
            return {"question": name, "op": order, "value": draw.randint(0, 6)}
        case "multiple_choice":
            return {"question": name, "op": "includes", "value": letter}
        case "ranking":
            return {"question": name, "op": "first", "value": letter}
        case "likert":
            row = draw.choice(LETTERS)
            return {"question": name, "op": "equals", "value": letter, "row": row}
        case "yes_no":
            return {"question": name, "op": "equals", "value": draw.random() < 0.5}
        case "single_choice":
            return {"question": name, "op": "equals", "value": letter}
        case _:
            return {"question": name, "op": "equals", "value": draw.choice(WORDS)}


def item(draw: random.Random, number: int, before: list[Json], languages: list[str]) -> Json:
    kind = draw.choice(TYPES)
    asked = [one for one in before if one["type"] != "section"]
    names = [one["id"] for one in asked]
    made: Json = {
        "id": f"q{number}",
        "type": kind,
        "label": text(draw, names, languages),
        "hint": text(draw, [], languages),
        "visible": condition(draw, asked) if asked and draw.random() < 0.4 else None,
    }
    match kind:
        case "short_text" | "long_text":
            made["max_length"] = draw.choice([1, 3, 100])
        case "number":
            low, high = draw.choice([(None, None), ("-1", "10"), ("2.5", None)])
            unit = text(draw, [], languages)
            made |= {"integer": draw.random() < 0.4, "min": low, "max": high, "unit": unit}
        case "date":
            low, high = draw.choice([(None, None), ("today", None), (None, "2026-11-23")])
            made |= {"min": low, "max": high}
        case "single_choice":
            made |= {"choices": choices(draw, languages), "other": draw.random() < 0.5}
        case "multiple_choice":
            least, most = draw.choice([(None, None), (1, 2), (2, None)])
            made |= {
                "choices": choices(draw, languages),
                "other": draw.random() < 0.5,
                "min": least,
                "max": most,
            }
        case "rating":
            low, high = text(draw, [], languages), text(draw, [], languages)
            made |= {"scale": draw.randint(2, 6), "low": low, "high": high}
        case "likert":
            made |= {"rows": choices(draw, languages, 1), "columns": choices(draw, languages)}
        case "ranking":
            made["choices"] = choices(draw, languages)
        case "file":
            made["max_files"] = draw.randint(1, 2)
    if kind == "section":
        return made
    made |= {"required": draw.random() < 0.3, "sealed": kind == "file" or draw.random() < 0.5}
    if draw.random() < 0.2:
        made["constraint"] = {
            "condition": condition(draw, [*asked, made]),
            "message": text(draw, [*names, made["id"]], languages),
        }
    return made


def definition(draw: random.Random) -> Json:
    languages = draw.choice([["en"], ["en", "ar"], ["fr", "en", "ar"]])
    items: list[Json] = []
    steps = []
    for number in range(draw.randint(1, 3)):
        asked = [one for one in items if one["type"] != "section"]
        step: Json = {
            "id": f"s{number}",
            "title": text(draw, [], languages),
            "visible": condition(draw, asked) if asked and draw.random() < 0.3 else None,
            "items": [],
        }
        for _ in range(draw.randint(1, 5)):
            made = item(draw, len(items), items, languages)
            items.append(made)
            step["items"].append(made)
        steps.append(step)
    asked = [one for one in items if one["type"] != "section"]
    quotas = [{"condition": condition(draw, asked), "limit": 3}] if asked else []
    return {
        "format": 1,
        "languages": languages,
        "title": text(draw, [], languages),
        "intro": text(draw, [], languages),
        "thanks": text(draw, [one["id"] for one in asked], languages),
        "steps": steps,
        "quotas": quotas if draw.random() < 0.3 else [],
    }


def value(draw: random.Random, one: Json) -> Json:
    """An answer of the question's kind, at times one that doesn't fit."""
    kind = one["type"]
    if draw.random() < 0.08:
        return draw.choice([None, 1, "x", True, [], {}, {"other": None}, 4.5, ["a"], "\x00"])
    match kind:
        case "short_text" | "long_text":
            return draw.choice([*WORDS, "four", "a" * 101])
        case "number":
            return draw.choice([*DECIMALS, "", "1.0", "01", "-0", "1e3"])
        case "date":
            return draw.choice([*DAYS, "", "2026-02-30", "2026-1-1", "today"])
        case "single_choice":
            letters = [*LETTERS, "e"]
            return draw.choice([{"choice": draw.choice(letters)}, {"other": draw.choice(WORDS)}])
        case "multiple_choice":
            chosen = [letter for letter in LETTERS if draw.random() < 0.4]
            if draw.random() < 0.1:
                chosen.reverse()
            other = {"other": draw.choice(WORDS)} if draw.random() < 0.2 else {}
            return {"choices": chosen, **other}
        case "rating":
            return draw.randint(0, 7)
        case "likert":
            rows = [letter for letter in LETTERS if draw.random() < 0.6]
            return {row: draw.choice(LETTERS) for row in rows}
        case "ranking":
            ranked = [choice["id"] for choice in one["choices"]]
            draw.shuffle(ranked)
            return ranked if draw.random() < 0.8 else ranked[:1]
        case "yes_no":
            return draw.random() < 0.5
        case _:
            return [FILE] * draw.randint(0, 3)


def answers(draw: random.Random, form: Json) -> Json:
    found = {}
    for step in form["steps"]:
        for one in step["items"]:
            if one["type"] != "section" and draw.random() < 0.8:
                found[one["id"]] = value(draw, one)
    if draw.random() < 0.1:
        found["nobody"] = "x"
    return found
