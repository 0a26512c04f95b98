"""Ranges of a histogram: round edges, at most ten of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

_WANTED: Final = 8


@dataclass(frozen=True)
class Bin:
    """From `low` to below `high`; of whole numbers up to `last`, which may be `low` itself."""

    low: Decimal
    high: Decimal
    count: int
    is_whole: bool

    @property
    def label(self) -> str:
        if not self.is_whole:
            return f"{written(self.low)}–{written(self.high)}"
        last = self.high - 1
        return written(self.low) if last == self.low else f"{written(self.low)}–{written(last)}"


def make_bins(numbers: Sequence[tuple[Decimal, int]]) -> list[Bin]:
    """Of different numbers, ascending, and how often each was given."""
    if not numbers:
        return []
    is_whole = all(number == number.to_integral_value() for number, _count in numbers)
    lowest, highest = numbers[0][0], numbers[-1][0]
    step = _step(highest - lowest, is_whole=is_whole)
    first = (lowest / step).to_integral_value(ROUND_FLOOR) * step
    count = int(((highest - first) / step).to_integral_value(ROUND_FLOOR)) + 1
    counts = [0] * count
    for number, times in numbers:
        counts[int(((number - first) / step).to_integral_value(ROUND_FLOOR))] += times
    return [
        Bin(first + at * step, first + (at + 1) * step, times, is_whole)
        for at, times in enumerate(counts)
    ]


def written(number: Decimal) -> str:
    """Without an exponent or zeros at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def middle_of(numbers: Sequence[tuple[Decimal, int]]) -> Decimal:
    """The median. `numbers` ascend, and there is at least one."""
    total = sum(count for _number, count in numbers)
    low, high = (total - 1) // 2, total // 2
    found, seen = [], 0
    for number, count in numbers:
        found += [number for place in (low, high) if seen <= place < seen + count]
        seen += count
    return (found[0] + found[-1]) / 2


def _step(span: Decimal, *, is_whole: bool) -> Decimal:
    least = span / _WANTED
    if is_whole and least <= 1:
        return Decimal(1)
    if least == 0:
        return Decimal(1)
    size = Decimal(10) ** least.adjusted()
    return next(size * times for times in (1, 2, 5, 10) if size * times >= least)
