"""A clock that is off is noticed by the dates of the server's answers, and by nothing that takes long."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from comms.client import clock, words

NOW = 1_795_339_200.0
HOUR = 3600.0


def noted(
    monkeypatch: pytest.MonkeyPatch, ahead: float, *, took: float = 0.2, date: str | None = ""
) -> float:
    """What a clock that is `ahead` by so many seconds makes of an answer."""
    monkeypatch.setattr(clock, "local", lambda: NOW + ahead)
    found = clock.Clock()
    found.note(formatdate(NOW, usegmt=True) if date == "" else date, NOW + ahead - took)
    return found.ahead


@pytest.mark.parametrize("ahead", [0.0, 90.0, HOUR - 1, 1 - HOUR])
def test_leaves_a_clock_alone_that_is_about_right(
    monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    assert noted(monkeypatch, ahead) == 0


@pytest.mark.parametrize("ahead", [HOUR, 24 * HOUR, -24 * HOUR])
def test_notices_one_that_is_off(monkeypatch: pytest.MonkeyPatch, ahead: float) -> None:
    assert noted(monkeypatch, ahead) == ahead


@pytest.mark.parametrize("took", [3 * HOUR, -1.0])
def test_makes_nothing_of_an_answer_that_waited(
    monkeypatch: pytest.MonkeyPatch, took: float
) -> None:
    assert noted(monkeypatch, 24 * HOUR, took=took) == 0


@pytest.mark.parametrize("date", [None, "yesterday", "Sun, 99 Nov 2026 99:99:99 GMT"])
def test_makes_nothing_of_an_answer_without_a_date(
    monkeypatch: pytest.MonkeyPatch, date: str | None
) -> None:
    assert noted(monkeypatch, 24 * HOUR, date=date) == 0


def test_says_which_way_and_how_far() -> None:
    assert "is 24 hours ahead" in words.clock(24 * HOUR)
    assert "is 1 hour behind" in words.clock(-HOUR)
