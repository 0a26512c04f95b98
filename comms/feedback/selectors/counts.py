"""Open answers counted by the database: the server reads no sealed one, and no text.

Of an erased submission nothing is counted. A filter narrows the submissions; every figure is of those.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Count, DateField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth, TruncWeek
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.feedback.models import Answer, Form, Submission

ROWS_LIMIT: Final = 10_000
"""Of one answer: what the pages take."""


@dataclass(frozen=True)
class Place:
    """A question, or one row of a Likert matrix: `q1`, `q1.row`."""

    question: str
    row: str = ""

    @classmethod
    def read(cls, text: str) -> Place:
        question, _dot, row = text.partition(".")
        return cls(question, row)


@dataclass(frozen=True)
class Filter:
    """Which submissions are counted. `where`: an open question, and the answer it must have."""

    versions: frozenset[int] | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    language: str = ""
    state: int | None = None
    category: UUID | None = None
    where: tuple[tuple[Place, str], ...] = field(default=())


@dataclass(frozen=True)
class Tallied:
    """`by` is empty where nothing is set against it."""

    value: str
    by: str
    count: int


@dataclass(frozen=True)
class Tally:
    """One open question's counts. `answered`: how many submissions answered it, whatever they said."""

    answered: int
    values: dict[tuple[str, str], int]

    def count(self, value: str, row: str = "") -> int:
        return self.values.get((row, value), 0)

    def in_row(self, row: str) -> int:
        """How many answered this row of a matrix."""
        return sum(count for (of, _value), count in self.values.items() if of == row)


def count_submissions(form: Form, chosen: Filter) -> int:
    """How many there are within the filter."""
    return _submissions(form, chosen).count()


def tally_questions(form: Form, chosen: Filter) -> dict[str, Tally]:
    """Every open question's counts, by two queries however many questions there are."""
    answers = _answers(form, chosen)
    answered = dict(
        answers.values_list("question").annotate(n=Count("submission_id", distinct=True))
    )
    values: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    rows = answers.values_list("question", "row", "value").annotate(
        n=Count("submission_id", distinct=True)
    )
    for question, row, value, count in rows:
        values[question][row, value] = count
    return {question: Tally(n, values[question]) for question, n in answered.items()}


def list_counts(
    form: Form, of: str, *, by: str = "", chosen: Filter | None = None
) -> list[Tallied]:
    """How often each value of `of` was given, set against `by`; at most 10,000 rows.

    `of` is `q1` or `q1.row`; empty counts submissions. `by` is another question, or one of day, week, month
    (their first day), language, version, state, category; empty for none. Raises InvalidError for more rows.
    """
    narrowed = chosen or Filter()
    if of:
        place = Place.read(of)
        base: QuerySet[Any] = _answers(form, narrowed).filter(
            question=place.question, row=place.row
        )
        value: Any = F("value")
    else:
        base = Submission.objects.filter(pk__in=_submissions(form, narrowed).values("pk"))
        value = Value("")
    base, against = _against(base, by, "submission__" if of else "")
    rows = (
        base.annotate(_value=value, _by=against)
        .values_list("_value", "_by")
        .annotate(n=Count("submission_id" if of else "pk", distinct=True))
        .order_by("_value", "_by")[: ROWS_LIMIT + 1]
    )
    found = [Tallied(str(one), str(other), count) for one, other, count in rows]
    if len(found) > ROWS_LIMIT:
        raise InvalidError(_("There are too many different answers to list. Narrow the filter."))
    return found


def list_numbers(form: Form, question: str, chosen: Filter) -> list[tuple[Decimal, int]]:
    """The different numbers given, ascending, and how often each."""
    rows = (
        _answers(form, chosen)
        .filter(question=question, number__isnull=False)
        .values_list("number")
        .annotate(n=Count("submission_id", distinct=True))
        .order_by("number")
    )
    return [(number, count) for number, count in rows if number is not None]


def list_languages(form: Form) -> list[str]:
    """In which languages the form was answered."""
    rows = Submission.objects.filter(form=form).values_list("language", flat=True)
    return sorted(set(rows.order_by().distinct()))


def _against(base: QuerySet[Any], by: str, prefix: str) -> tuple[QuerySet[Any], Any]:
    if not by:
        return base, Value("")
    path = f"{prefix}received_on"
    facts: dict[str, Any] = {
        "day": F(path),
        "week": Cast(TruncWeek(path), DateField()),
        "month": Cast(TruncMonth(path), DateField()),
        "language": F(f"{prefix}language"),
        "version": F(f"{prefix}version__number"),
        "state": F(f"{prefix}case__state"),
        "category": F(f"{prefix}case__category_id"),
    }
    found = facts.get(by)
    if found is None:
        place, joined = Place.read(by), f"{prefix}answers"
        is_it = {f"{joined}__question": place.question, f"{joined}__row": place.row}
        base = base.annotate(_other=FilteredRelation(joined, condition=Q(**is_it)))
        found = F("_other__value")
    return base, Coalesce(Cast(found, CharField()), Value(""))


def _answers(form: Form, chosen: Filter) -> QuerySet[Answer]:
    found = Answer.objects.filter(form=form)
    if chosen == Filter():
        return found.filter(submission__erased_on=None)
    return found.filter(submission__in=_submissions(form, chosen).values("pk"))


def _submissions(form: Form, chosen: Filter) -> QuerySet[Submission]:
    wanted = Q(form=form, erased_on=None)
    if chosen.versions is not None:
        wanted &= Q(version__number__in=chosen.versions)
    if chosen.since:
        wanted &= Q(received_on__gte=chosen.since)
    if chosen.until:
        wanted &= Q(received_on__lte=chosen.until)
    if chosen.language:
        wanted &= Q(language=chosen.language)
    if chosen.state is not None:
        wanted &= Q(case__state=chosen.state)
    if chosen.category is not None:
        wanted &= Q(case__category_id=chosen.category)
    for place, value in chosen.where:
        # Each in a subquery of its own: two conditions may speak of two rows of answers.
        wanted &= Q(
            pk__in=Answer.objects.filter(
                form=form, question=place.question, row=place.row, value=value
            ).values("submission_id")
        )
    return Submission.objects.filter(wanted)
