"""The logic of forms keeps what it promises, whatever the form."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from comms.feedback import logic
from tests.feedback import drawing, leak_corpus, vectors
from tests.feedback.outcome import outcome


def read(form: Any) -> logic.Definition:
    return logic.read_definition(json.dumps(form, ensure_ascii=False).encode())


def test_the_cases_are_those_that_the_browser_reads() -> None:
    assert json.loads(vectors.FILE.read_text(encoding="utf-8")) == vectors.make()
    assert json.loads(leak_corpus.FILE.read_text(encoding="utf-8")) == leak_corpus.make()


@pytest.mark.parametrize("name", leak_corpus.leaking())
def test_refuses_every_leak(name: str) -> None:
    form, expected = leak_corpus.leaking()[name]
    found = [[one.kind, one.of, one.sealed] for one in logic.find_leaks(read(form))]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("name", leak_corpus.harmless())
def test_lets_pass_what_is_harmless(name: str) -> None:
    assert logic.find_leaks(read(leak_corpus.harmless()[name])) == []


def test_without_leaks_sealed_answers_change_nothing_that_the_server_sees() -> None:
    draw = random.Random(7)
    compared = 0
    while compared < 150:
        form = drawing.definition(draw)
        try:
            definition = read(form)
        except logic.DefinitionError:
            continue
        if logic.find_leaks(definition):
            continue
        given = drawing.answers(draw, form)
        sealed = [item.id for item in logic.items_of(definition) if item.sealed]
        others = drawing.answers(draw, form)
        changed = {
            **{name: value for name, value in given.items() if name not in sealed},
            **{name: value for name, value in others.items() if name in sealed},
        }
        left, right = (seen_by_the_server(definition, one) for one in (given, changed))
        assert left == right == seen_by_the_server(definition, given, only_open=True), form
        compared += bool(sealed)


def seen_by_the_server(definition: logic.Definition, given: Any, *, only_open: bool = False) -> Any:
    """Of the open questions: which are asked, what counts, and what is wrong."""
    found = logic.evaluate(definition, given, today=drawing.TODAY, only_open=only_open)
    names = [item.id for item in logic.items_of(definition) if item.is_open]
    return [
        (name, name in found.shown, found.answers.get(name), found.problems.get(name))
        for name in names
    ]


def test_what_counts_counts_again() -> None:
    draw = random.Random(11)
    for _ in range(150):
        form = drawing.definition(draw)
        try:
            definition = read(form)
        except logic.DefinitionError:
            continue
        once = logic.evaluate(definition, drawing.answers(draw, form), today=drawing.TODAY)
        assert set(once.answers) <= set(once.shown)
        again = logic.evaluate(definition, once.answers, today=drawing.TODAY)
        assert again.answers == once.answers
        assert again.shown == once.shown


def test_refuses_what_is_no_definition() -> None:
    good = json.dumps(leak_corpus.form(leak_corpus.SECRET)).encode()
    assert logic.read_definition(good).languages == ("en", "ar")
    for bad in (
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"format":NaN}',
        b"[" * 100_000,
        good + b" " * logic.reader.BYTES,
    ):
        with pytest.raises(logic.DefinitionError):
            logic.read_definition(bad)


def test_a_condition_is_bounded() -> None:
    deep: Any = leak_corpus.TOLD
    for _ in range(8):
        deep = {"not": deep}
    wide = {"all": [leak_corpus.TOLD] * 200}
    for condition in (deep, wide):
        form = leak_corpus.form(
            leak_corpus.SECRET, leak_corpus.question("more", sealed=True, visible=condition)
        )
        assert outcome(form, {})["error"][0] == "bounds"
