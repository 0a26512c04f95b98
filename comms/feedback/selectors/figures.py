"""Figures of a form: its submissions by the page, and its open answers counted by the database."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Final

from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.feedback.models import Submission
from comms.feedback.selectors.forms import get_form
from comms.feedback.selectors.readers import is_reader

PAGE: Final = 500
PAGE_BYTES: Final = 8 * 1024 * 1024
_MOST_ROWS: Final = 10_000
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}(?:\.[a-z][a-z0-9_]{0,31})?")

_WORDS: Final[Mapping[str, str]] = {
    "day": "s.received_on",
    "week": "date_trunc('week', s.received_on)::date",
    "month": "to_char(s.received_on, 'YYYY-MM')",
    "language": "s.language",
    "version": "v.number",
    "state": "c.state",
    "category": "k.code",
}


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission as the analysis reads it; `content` is empty for who is no reader."""

    submission: Submission
    content: bytes


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """Some of a form's submissions, in no order that tells of time; then where the next page begins."""

    rows: Sequence[SubmissionRow]
    next: str


@dataclass(frozen=True, slots=True)
class Counting:
    """What to count: a question, and of a matrix its row; `by` another question or a word."""

    of: tuple[str, str] = ("", "")
    by: tuple[str, str] = ("", "")
    since: datetime.date | None = None
    until: datetime.date | None = None
    where: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How many submissions have this value, and with it that one."""

    value: str
    by: str
    count: int


def list_submissions(actor: Actor, form_id: uuid.UUID, *, cursor: str = "") -> SubmissionPage:
    """A page of a form's submissions, without those that were erased. Raises NotFoundError, InvalidError."""
    form = get_form(actor, form_id)
    reads = is_reader(actor, form.thread_id)
    found = Submission.objects.filter(form=form, erased_on=None).order_by("id")
    if cursor:
        try:
            found = found.filter(id__gt=uuid.UUID(cursor))
        except ValueError:
            raise InvalidError(_("There is no such page."), field="cursor") from None
    chosen, has_more = _that_fit(found, ["content", "open_answers"] if reads else ["open_answers"])
    rows = (
        Submission.objects.filter(id__in=chosen)
        .select_related("case", "version")
        .defer("version__definition", "version__statement", *(() if reads else ("content",)))
        .order_by("id")
    )
    return SubmissionPage(
        [SubmissionRow(one, bytes(one.content or b"") if reads else b"") for one in rows],
        str(chosen[-1]) if has_more else "",
    )


def _that_fit(found: QuerySet[Submission], columns: Sequence[str]) -> tuple[list[uuid.UUID], bool]:
    """The first that fit into a page, at least one, and whether there are more: asked of their sizes alone."""
    sizes = [
        Coalesce(Func(F(column), function="octet_length", output_field=IntegerField()), 0)
        for column in columns
    ]
    listed = list(found.annotate(size=reduce(add, sizes)).values_list("id", "size")[: PAGE + 1])
    chosen: list[uuid.UUID] = []
    total = 0
    for submission_id, size in listed[:PAGE]:
        total += size
        if chosen and total > PAGE_BYTES:
            break
        chosen.append(submission_id)
    return chosen, len(chosen) < len(listed)


def counting_of(query: Mapping[str, Any], where: Sequence[str]) -> Counting:
    """What an address asks to count. Raises InvalidError."""
    return Counting(
        of=_question(str(query.get("of") or "")),
        by=_question(str(query.get("by") or "")),
        since=_day(query.get("since"), "since"),
        until=_day(query.get("until"), "until"),
        where=tuple(_condition(one) for one in where[:20]),
    )


def count_answers(actor: Actor, form_id: uuid.UUID, question: Counting) -> list[AnswerCount]:
    """Open answers counted, the largest first; at most 10,000 rows. Raises NotFoundError.

    A submission counts once for each value that it has: of a question with several answers it may have more.
    """
    form = get_form(actor, form_id)
    joins, values = [_ALL], list[str | uuid.UUID | datetime.date]()
    of, by = "''", "''"
    if question.of[0]:
        of = "a.value"
        joins.append(_ONE.format(name="a"))
        values += question.of
    if question.by[0] in _WORDS:
        by = f"COALESCE(({_WORDS[question.by[0]]})::text, '')"
    elif question.by[0]:
        by = "b.value"
        joins.append(_ONE.format(name="b"))
        values += question.by
    conditions = ["s.form_id = %s", "s.erased_on IS NULL"]
    values.append(form.id)
    for bound, sign in ((question.since, ">="), (question.until, "<=")):
        if bound:
            conditions.append(f"s.received_on {sign} %s")
            values.append(bound)
    for wanted in question.where:
        conditions.append(_HAS)
        values += wanted
    statement = (
        f"SELECT {of}, {by}, count(*) FROM {' '.join(joins)} WHERE {' AND '.join(conditions)} "  # noqa: S608 - parts of our own
        f"GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {_MOST_ROWS}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [AnswerCount(value, other, count) for value, other, count in cursor.fetchall()]


_ALL: Final = (
    "feedback_submission AS s JOIN feedback_case AS c ON c.submission_id = s.id "
    "JOIN feedback_formversion AS v ON v.id = s.version_id "
    "LEFT JOIN feedback_category AS k ON k.id = c.category_id"
)
_ONE: Final = (
    "JOIN feedback_answer AS {name} ON {name}.submission_id = s.id AND {name}.form_id = s.form_id "
    "AND {name}.question = %s AND {name}.row = %s"
)
_HAS: Final = (
    "EXISTS (SELECT FROM feedback_answer AS w WHERE w.submission_id = s.id AND w.form_id = s.form_id "
    "AND w.question = %s AND w.row = %s AND w.value = %s)"
)


def _question(text: str) -> tuple[str, str]:
    """`q1`, or `q1.row` of a matrix or a ranking. Raises InvalidError."""
    if text and not _NAME.fullmatch(text):
        raise InvalidError(_("There is no such question."), field="of")
    name, _dot, row = text.partition(".")
    return name, row


def _condition(text: str) -> tuple[str, str, str]:
    """`q1:value`, or `q1.row:value`. Raises InvalidError."""
    question, _colon, value = text.partition(":")
    if not question or "\x00" in value:
        raise InvalidError(_("There is no such question."), field="where")
    return *_question(question), value


def _day(text: Any, field: str) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(str(text))
    except ValueError:
        raise InvalidError(_("That is no day."), field=field) from None
