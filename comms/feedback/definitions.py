"""Definitions of forms as the server reads them: parsed once, answers checked and taken apart for counting."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from comms.feedback.errors import AnswersError, LeakError, UnreadableError
from comms.feedback.logic import (
    Definition,
    DefinitionError,
    evaluate,
    find_broken,
    find_leaks,
    fulfils,
    read_definition,
)
from comms.feedback.models import today
from comms.wire.form_versions import DEFINITION_LIMIT

OPEN_ANSWERS_LIMIT = 256 * 1024
TITLE_LENGTH = 300
_KEPT = 50

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Countable:
    """One value that figures are made of. `number` for what can be compared and added."""

    question: str
    row: str
    value: str
    number: Decimal | None = None


@dataclass(frozen=True, slots=True)
class QuotaMet:
    """A quota that some answers fall under: its place in the definition, and how many it takes."""

    number: int
    condition_hash: bytes
    limit: int


_parsed: OrderedDict[bytes, Definition] = OrderedDict()
_lock = Lock()


def parsed(digest: bytes, definition: bytes) -> Definition:
    """A published definition by the SHA-256 of its bytes, parsed once for as long as it is asked for."""
    with _lock:
        found = _parsed.get(digest)
        if found is not None:
            _parsed.move_to_end(digest)
            return found
    found = read_definition(definition)
    with _lock:
        _parsed[digest] = found
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    return found


def check_draft(definition: bytes) -> str:
    """The title of a draft, in its first language; a draft may still lack much. Raises UnreadableError."""
    if len(definition) > DEFINITION_LIMIT:
        raise UnreadableError(_("The form is too large. Make two of it."))
    try:
        document = _loads(definition)
        titles = document["title"]
        languages = document["languages"]
        title = titles.get(languages[0], "") if isinstance(titles, dict) else ""
        if not isinstance(title, str) or "\x00" in definition.decode():
            raise ValueError
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise UnreadableError(
            _("The form can't be read. Reload the page and try again.")
        ) from error
    return title.strip()[:TITLE_LENGTH]


def check_publishable(definition: bytes) -> Definition:
    """The definition, if it can be answered and tells nothing of what is sealed.

    Raises UnreadableError with the place, LeakError with the open question, step or quota.
    """
    check_draft(definition)
    try:
        read = read_definition(definition)
    except DefinitionError as error:
        raise UnreadableError(
            _("The form can't be published as it is ({code}).").format(code=error.code),
            field=str(error.place),
        ) from error
    for broken in find_broken(read):
        raise UnreadableError(
            _(
                "Something in the form no longer fits together ({code}): the builder marks where."
            ).format(code=broken.kind),
            field=broken.of,
        )
    for leak in find_leaks(read):
        raise LeakError(
            _(
                "The open question {open} depends on the sealed question {sealed}: whoever runs the server could "
                "learn something of the sealed answer from it. Seal the open one too, or take the dependence out."
            ).format(open=leak.of, sealed=leak.sealed),
            field=leak.of,
        )
    return read


def check_answers(asked: Definition, open_answers: bytes) -> Answers:
    """The open answers, if they are what this version asks for, no more and no less. Raises AnswersError.

    A form may speak of today, and its page may have been open over midnight, or its clock be off: the day before
    and the day after are as good.
    """
    given = _read_answers(open_answers)
    for name in given:
        item = asked.by_id.get(name)
        if item is None or not item.is_open or item.type == "file":
            raise _misfit(name)
    day = today()
    wrong = ""
    for apart in (0, -1, 1):
        found = evaluate(
            asked,
            given,
            today=(day + datetime.timedelta(days=apart)).isoformat(),
            only_open=True,
        )
        if not found.problems and set(found.answers) == set(given):
            return dict(found.answers)
        wrong = wrong or _first(found.problems, given, found.answers)
    raise _misfit(wrong)


def quotas_met(asked: Definition, answers: Answers) -> list[QuotaMet]:
    """The quotas that these open answers fall under; of several with one condition the strictest."""
    day = today().isoformat()
    found: dict[bytes, QuotaMet] = {}
    for number, quota in enumerate(asked.quotas):
        if fulfils(quota.condition, asked.by_id, answers, day):
            digest = hashlib.sha256(repr(quota.condition).encode()).digest()
            earlier = found.get(digest)
            if earlier is None or quota.limit < earlier.limit:
                found[digest] = QuotaMet(number, digest, quota.limit)
    return list(found.values())


def countable(asked: Definition, answers: Answers) -> Iterator[Countable]:
    """What can be counted of the open answers. Never what somebody typed freely."""
    for name, value in answers.items():
        yield from _values(name, asked.by_id[name].type, value)


def _values(name: str, kind: str, value: Any) -> Iterator[Countable]:
    if kind == "number":
        yield Countable(name, "", value, Decimal(value))
    elif kind == "rating":
        yield Countable(name, "", str(value), Decimal(value))
    elif kind == "date":
        yield Countable(name, "", value)
    elif kind == "yes_no":
        yield Countable(name, "", "true" if value else "false")
    elif kind == "single_choice":
        yield Countable(name, "", value.get("choice", "other"))
    elif kind == "multiple_choice":
        for choice in value["choices"]:
            yield Countable(name, "", choice)
        if value.get("other"):
            yield Countable(name, "", "other")
    elif kind == "likert":
        for row, column in value.items():
            yield Countable(name, row, column)
    elif kind == "ranking":
        # The row is the choice, the value its place, the first being 1.
        for place, choice in enumerate(value, 1):
            yield Countable(name, choice, str(place), Decimal(place))
    else:
        # Text: that it was answered is counted, what it says is not.
        yield Countable(name, "", "")


def _read_answers(open_answers: bytes) -> dict[str, Any]:
    if len(open_answers) > OPEN_ANSWERS_LIMIT:
        raise AnswersError(_("The answers are too long. Shorten the longest of them."))
    try:
        found = _loads(open_answers)
        if "\\u0000" in open_answers.decode():
            raise ValueError
    except (ValueError, RecursionError) as error:
        raise AnswersError(
            _("The answers can't be read. Reload the page and send again.")
        ) from error
    return found


def _loads(text: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8, without a name twice and without what JSON doesn't have. Raises ValueError."""
    found = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _first(problems: Mapping[str, object], given: Answers, kept: Answers) -> str:
    return next(iter(problems), "") or next((name for name in given if name not in kept), "")


def _misfit(name: str) -> AnswersError:
    return AnswersError(
        _("An answer doesn't fit the question any more. Look at it again, then send."), field=name
    )
