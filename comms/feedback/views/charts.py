"""Charts of the analysis as the templates draw them: SVG in percent, so that it fits any width without a script.

Each has its numbers as a table beside it. Nothing is told by colour alone: bars carry their figures, the parts
of a stack a letter and their share. `frontend/src/feedback/analysis/charts.ts` draws the same in the browser.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

HEIGHT: Final = 150
"""Of a histogram or a line, in pixels, with its words."""
_TOP: Final = 20
_FOOT: Final = 24
_SHADES: Final = 7
_LEAST_NAMED: Final = 7.0
"""A part narrower than so many percent has no room for its letter and share."""


@dataclass(frozen=True)
class Bar:
    """One row of bars. `x` and `width` in percent."""

    label: str
    count: str
    share: str
    x: str
    width: str


@dataclass(frozen=True)
class Part:
    """One part of a stacked row."""

    x: str
    width: str
    middle: str
    text: str
    shade: int
    says: str


@dataclass(frozen=True)
class Column:
    """What a letter of a stack stands for."""

    letter: str
    label: str
    shade: int


@dataclass(frozen=True)
class Stack:
    """A row of a stack: its parts, and its numbers for the table."""

    label: str
    n: str
    parts: tuple[Part, ...]
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Mark:
    """A bar or a point over an axis: `x`, `width` in percent, `y`, `height` in pixels."""

    label: str
    count: str
    x: str
    width: str
    middle: str
    y: str
    height: str
    is_named: bool
    is_counted: bool


@dataclass(frozen=True)
class Segment:
    """From one point of a line to the next."""

    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Chart:
    """`kind`: bars, stack, histogram or line. Only what belongs to the kind is filled in."""

    kind: str
    n: str
    head: str = ""
    bars: tuple[Bar, ...] = ()
    columns: tuple[Column, ...] = ()
    stacks: tuple[Stack, ...] = ()
    marks: tuple[Mark, ...] = ()
    segments: tuple[Segment, ...] = ()
    note: str = ""
    height: int = HEIGHT
    base: int = HEIGHT - _FOOT


def draw_bars(cells: Sequence[tuple[str, int]], n: int, *, head: str, note: str = "") -> Chart:
    """Values and their counts out of `n` who answered."""
    bars = tuple(
        Bar(label, figure(count), share(count, n), *_span(0, _percent(count, n)))
        for label, count in cells
    )
    return Chart("bars", figure(n), head=head, bars=bars, note=note)


def draw_stack(
    columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]], n: int, *, head: str
) -> Chart:
    """Rows of the same parts, each row as wide as all of it."""
    named = [
        Column(_letter(at), label, _shade(at, len(columns))) for at, label in enumerate(columns)
    ]
    stacks = []
    for label, counts in rows:
        total = sum(counts)
        begin, parts = 0.0, []
        for column, count in zip(named, counts, strict=True):
            width = _percent(count, total)
            if count:
                x, wide = _span(begin, width)
                middle, _none = _span(begin + width / 2, 0)
                text = f"{column.letter} {share(count, total)}" if width >= _LEAST_NAMED * 2 else ""
                text = text or (column.letter if width >= _LEAST_NAMED else "")
                says = f"{column.label}: {figure(count)} ({share(count, total)})"
                parts.append(Part(x, wide, middle, text, column.shade, says))
            begin += width
        cells = tuple((figure(count), share(count, total)) for count in counts)
        stacks.append(Stack(label, figure(total), tuple(parts), cells))
    return Chart("stack", figure(n), head=head, columns=tuple(named), stacks=tuple(stacks))


def draw_histogram(cells: Sequence[tuple[str, int]], n: int, *, head: str, note: str) -> Chart:
    """Neighbouring ranges of numbers."""
    return Chart("histogram", figure(n), head=head, marks=_marks(cells, gap=0.6), note=note)


def draw_line(cells: Sequence[tuple[str, int]], n: int, *, head: str) -> Chart:
    """Counts over time, every period there, also empty ones."""
    marks = _marks(cells, gap=0.0)
    segments = tuple(
        Segment(one.middle, one.y, other.middle, other.y) for one, other in pairwise(marks)
    )
    return Chart("line", figure(n), head=head, marks=marks, segments=segments)


def figure(count: int) -> str:
    """With the language's separators."""
    return number_format(count, use_l10n=True, force_grouping=True)


def share(count: int, n: int) -> str:
    """In percent, whole; less than one is said so."""
    percent = _percent(count, n)
    if 0 < percent < 1:
        return _("<1%")
    return _("%(number)d%%") % {"number": int(percent + 0.5)}


def _marks(cells: Sequence[tuple[str, int]], *, gap: float) -> tuple[Mark, ...]:
    most = max((count for _label, count in cells), default=0) or 1
    room = HEIGHT - _TOP - _FOOT
    each = 100 / max(len(cells), 1)
    every = max(1, -(-len(cells) // 6))
    few = len(cells) <= 12
    found = []
    for at, (label, count) in enumerate(cells):
        x, width = _span(at * each + gap / 2, each - gap)
        middle, _none = _span((at + 0.5) * each, 0)
        tall = room * count / most
        found.append(
            Mark(
                label=label,
                count=figure(count),
                x=x,
                width=width,
                middle=middle,
                y=f"{_TOP + room - tall:.1f}",
                height=f"{tall:.1f}",
                is_named=at % every == 0,
                is_counted=few or count == most,
            )
        )
    return tuple(found)


def _span(begin: float, width: float) -> tuple[str, str]:
    """Where it begins and how wide it is; from the other side in languages that read so."""
    x = 100 - begin - width if get_language_bidi() else begin
    return f"{max(x, 0):.3f}%", f"{width:.3f}%"


def _percent(count: int, n: int) -> float:
    return 100 * count / n if n else 0.0


def _letter(at: int) -> str:
    letters = string.ascii_uppercase
    return letters[at] if at < len(letters) else f"{letters[at // 26 - 1]}{letters[at % 26]}"


def _shade(at: int, count: int) -> int:
    """From 1, the lightest, to 7: neighbours differ whatever their number."""
    return 1 + round(at * (_SHADES - 1) / max(count - 1, 1))
