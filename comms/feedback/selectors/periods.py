"""Weeks and months of a trend: each there, also those in which nothing came."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Final, Literal

Period = Literal["week", "month"]
MOST: Final = 520
"""Ten years of weeks: a trend that would be longer begins later."""


def first_day(day: datetime.date, period: Period) -> datetime.date:
    """Of the week (Monday) or the month that `day` is in."""
    if period == "week":
        return day - datetime.timedelta(days=day.weekday())
    return day.replace(day=1)


def fill_periods(counts: Mapping[str, int], period: Period) -> list[tuple[datetime.date, int]]:
    """From the first to the last day of `counts` (ISO dates of first days), with zeros between."""
    days = sorted(datetime.date.fromisoformat(day) for day in counts)
    if not days:
        return []
    found = [(day, counts.get(day.isoformat(), 0)) for day in _each(days[0], days[-1], period)]
    return found[-MOST:]


def _each(first: datetime.date, last: datetime.date, period: Period) -> Iterator[datetime.date]:
    day = first_day(first, period)
    while day <= last:
        yield day
        # From any day of a month, 32 days later is the next one.
        day = first_day(day + datetime.timedelta(days=7 if period == "week" else 32), period)
