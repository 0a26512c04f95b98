"""The analysis of a form. The server counts what is open; sealed answers are counted in the browser of a reader."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comms.accounts.scope import MemberRequest, keys_page, member_view
from comms.accounts.views.answers import read_list, text
from comms.feedback import selectors
from comms.feedback.models import CaseState, Form
from comms.feedback.policies import LOOKERS
from comms.feedback.selectors import bins, counts, periods, questions
from comms.feedback.services.exporting import note_export
from comms.feedback.views import charts
from comms.feedback.views.data import whole_of
from comms.threads.views.answers import member_endpoint

_STATES: Final = {"new": 0, "triage": 1, "progress": 2, "answered": 3, "closed": 4}
_WHERE_LIMIT: Final = 5


@dataclass(frozen=True)
class Asked:
    """What the address asks for. What it says wrongly is left out, so that an old link still shows something."""

    chosen: counts.Filter
    across: str
    down: str
    period: periods.Period
    follow: str


@dataclass(frozen=True)
class Shown:
    """One question with its chart, or none: sealed, or of texts."""

    question: questions.Question
    chart: charts.Chart | None
    answered: str
    facts: Sequence[tuple[str, str]] = ()


@keys_page
@require_GET
@member_view(*LOOKERS)
def analysis_page(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """Every question with its chart, two set against each other, and how it went over time."""
    form = selectors.get_form(request.actor, form_id)
    versions = [
        (one.version.number, one.version.definition)
        for one in selectors.list_versions(request.actor, form_id)
    ]
    asked_of = questions.merge_questions(versions, language=get_language() or "")
    asked = read_query(request.GET, asked_of)
    context = {
        "form": form,
        "total": counts.count_submissions(form, asked.chosen),
        "everything": counts.count_submissions(form, counts.Filter()),
        "is_filtered": asked.chosen != counts.Filter(),
        "filters": _filters(request, form, versions, asked_of, asked),
        "crossing": _crossing(form, asked_of, asked),
        "trend": _trend(form, asked_of, asked),
        "shown": _shown(form, asked_of, asked.chosen),
        "sealed": sum(one.sealed for one in asked_of),
        "asked": asked,
    }
    return render(request, "feedback/analysis.html", context)


def read_query(query: QueryDict, asked_of: Sequence[questions.Question]) -> Asked:
    """The filters of the address."""
    open_ones = {one.key for one in asked_of if one.is_listed and not one.sealed}
    places = []
    for given in query.getlist("where")[:_WHERE_LIMIT]:
        name, _colon, value = given.partition(":")
        if value and name in {one.id for one in asked_of if one.key in open_ones}:
            places.append((counts.Place.read(name), value[:40]))
    version = query.get("version", "")
    chosen = counts.Filter(
        versions=frozenset({int(version)}) if version.isdecimal() and len(version) < 9 else None,
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        language=query.get("language", "")[:35],
        state=_STATES.get(query.get("state", "")),
        category=_uuid(query.get("category", "")),
        where=tuple(places),
    )
    keys = {one.key for one in asked_of if one.is_listed}
    follow = query.get("follow", "")
    across, down = query.get("across", ""), query.get("down", "")
    return Asked(
        chosen,
        across if across in keys else "",
        down if down in keys else "",
        "month" if query.get("period") == "month" else "week",
        follow if follow in keys else "",
    )


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _shown(
    form: Form, asked_of: Sequence[questions.Question], chosen: counts.Filter
) -> list[Shown]:
    """Counted by version only where versions ask differently; then each such question by itself."""
    whole = counts.tally_questions(form, chosen)
    found = []
    doubled = {one.id for one in asked_of if one.key != one.id}
    for question in asked_of:
        if question.sealed:
            found.append(Shown(question, None, ""))
            continue
        narrowed, tallies = chosen, whole
        if question.id in doubled:
            narrowed = _narrow(chosen, question.versions)
            tallies = counts.tally_questions(form, narrowed)
        tally = tallies.get(question.id) or counts.Tally(0, {})
        found.append(_draw(form, question, tally, narrowed))
    return found


def _narrow(chosen: counts.Filter, versions: frozenset[int]) -> counts.Filter:
    wanted = versions if chosen.versions is None else chosen.versions & versions
    return counts.Filter(**{**vars(chosen), "versions": wanted})


def _draw(
    form: Form, question: questions.Question, tally: counts.Tally, chosen: counts.Filter
) -> Shown:
    n = tally.answered
    if not n:
        return Shown(question, None, "0")
    match question.chart:
        case "bars":
            chart, facts = _bars(question, tally), ()
        case "likert":
            rows = [
                (row.label, [tally.count(one.id, row.id) for one in question.columns])
                for row in question.rows
            ]
            labels = [one.label for one in question.columns]
            chart, facts = charts.draw_stack(labels, rows, n, head=_("Statement")), ()
        case "texts":
            return Shown(question, None, charts.figure(n))
        case "histogram":
            return _histogram(form, question, chosen)
        case _:
            chart, facts = _months(tally), ()
    return Shown(question, chart, charts.figure(n), facts)


def _bars(question: questions.Question, tally: counts.Tally) -> charts.Chart:
    note = ""
    cells = [(one.label, tally.count(one.id)) for one in question.choices]
    if question.type == "ranking":
        note = _("How often each was put first.")
        # The row is the choice, the value its place.
        cells = [(one.label, tally.count("1", one.id)) for one in question.choices]
    elif question.type == "multiple_choice":
        note = _("Several answers were possible, so the shares add up to more than 100%.")
    return charts.draw_bars(cells, tally.answered, head=_("Answer"), note=note)


def _histogram(form: Form, question: questions.Question, chosen: counts.Filter) -> Shown:
    numbers = counts.list_numbers(form, question.id, chosen)
    n = sum(count for _number, count in numbers)
    cells = [(one.label, one.count) for one in bins.make_bins(numbers)]
    if not numbers:
        return Shown(question, None, "0")
    mean = sum((number * count for number, count in numbers), Decimal(0)) / n
    facts = (
        (_("Least"), bins.written(numbers[0][0])),
        (_("Median"), bins.written(bins.middle_of(numbers))),
        (_("Mean"), bins.written(round(mean, 2))),
        (_("Most"), bins.written(numbers[-1][0])),
    )
    note = (
        "" if bins.make_bins(numbers)[0].is_whole else _("The upper end belongs to the next range.")
    )
    chart = charts.draw_histogram(cells, n, head=question.unit or _("Number"), note=note)
    return Shown(question, chart, charts.figure(n), facts)


def _months(tally: counts.Tally) -> charts.Chart:
    months: dict[str, int] = {}
    for (_row, value), count in tally.values.items():
        first = f"{value[:7]}-01"
        months[first] = months.get(first, 0) + count
    cells = [(date_format(day, "M Y"), n) for day, n in periods.fill_periods(months, "month")]
    return charts.draw_line(cells, tally.answered, head=_("Month"))


def _crossing(
    form: Form, asked_of: Sequence[questions.Question], asked: Asked
) -> dict[str, Any] | None:
    """The chart of two questions, or why there is none; None while fewer than two are chosen."""
    by_key = {one.key: one for one in asked_of}
    across, down = by_key.get(asked.across), by_key.get(asked.down)
    if across is None or down is None:
        return None
    if across.sealed or down.sealed:
        return {"across": across, "down": down, "chart": None, "is_sealed": True}
    chosen = _narrow(asked.chosen, across.versions & down.versions)
    found: Mapping[tuple[str, str], int] = {
        (one.value, one.by): one.count
        for one in counts.list_counts(form, down.id, by=across.id, chosen=chosen)
    }
    rows = [
        (row.label, [found.get((row.id, column.id), 0) for column in across.choices])
        for row in down.choices
    ]
    labels = [one.label for one in across.choices]
    n = sum(sum(cells) for _label, cells in rows)
    chart = charts.draw_stack(labels, rows, n, head=down.label) if n else None
    return {"across": across, "down": down, "chart": chart, "is_sealed": False}


def _trend(form: Form, asked_of: Sequence[questions.Question], asked: Asked) -> dict[str, Any]:
    """Submissions over time, and each answer of a question that is followed, on the same periods."""
    style = "M Y" if asked.period == "month" else "j M Y"
    came = {
        one.by: one.count
        for one in counts.list_counts(form, "", by=asked.period, chosen=asked.chosen)
    }
    spans = periods.fill_periods(came, asked.period)
    head = _("Month") if asked.period == "month" else _("Week from")
    cells = [(date_format(day, style), n) for day, n in spans]
    total = sum(came.values())
    follow = next((one for one in asked_of if one.key == asked.follow), None)
    lines = []
    if follow is not None and not follow.sealed:
        chosen = _narrow(asked.chosen, follow.versions)
        found = {
            (one.value, one.by): one.count
            for one in counts.list_counts(form, follow.id, by=asked.period, chosen=chosen)
        }
        for choice in follow.choices:
            series = [
                (date_format(day, style), found.get((choice.id, day.isoformat()), 0))
                for day, _n in spans
            ]
            n = sum(count for _label, count in series)
            lines.append((choice.label, charts.draw_line(series, n, head=head)))
    return {
        "chart": charts.draw_line(cells, total, head=head) if cells else None,
        "follow": follow,
        "lines": lines,
    }


def _filters(
    request: MemberRequest,
    form: Form,
    versions: Sequence[tuple[int, str]],
    asked_of: Sequence[questions.Question],
    asked: Asked,
) -> dict[str, Any]:
    """What can be chosen."""
    listed = [one for one in asked_of if one.is_listed]
    chosen_where = [f"{place.question}:{value}" for place, value in asked.chosen.where]
    return {
        "versions": [number for number, _definition in versions],
        "languages": counts.list_languages(form),
        "states": [(word, CaseState(number).label) for word, number in _STATES.items()],
        "state": request.GET.get("state", ""),
        "version": request.GET.get("version", ""),
        "category": str(asked.chosen.category or ""),
        "categories": [
            (str(one.id), one.name) for one, _count in selectors.list_categories(request.actor)
        ],
        "where": [*chosen_where, ""][:_WHERE_LIMIT],
        "open_questions": [one for one in listed if not one.sealed],
        "listed": listed,
    }


@require_POST
@member_endpoint(transaction=False)
def exported(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[kind, format, how many submissions]: noted before the browser makes the file."""
    kind, file_format, count = read_list(request, 3, limit=200)
    note_export(
        actor=request.actor,
        form_id=form_id,
        kind=text(kind, 20),
        file_format=text(file_format, 20),
        count=whole_of(count),
    )
    return HttpResponse(status=204)
