"""Local times at the hours that clocks skip or repeat, and schedules as they are frozen."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from comms.campaigns import services
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services.due_times import due_by_zone, instant_of
from comms.core.errors import InvalidError
from tests.campaigns.makers import Pair, make_edition
from tests.directory.makers import make_stakeholder

UTC = datetime.UTC


def at(*parts: int) -> datetime.datetime:
    """A local time, without a zone."""
    return datetime.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - local on purpose


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        ("Europe/Berlin", at(2026, 6, 1, 9), (2026, 6, 1, 7)),
        ("Asia/Kathmandu", at(2026, 6, 1, 9), (2026, 6, 1, 3, 15)),
        # Skipped: clocks go from 02:00 to 03:00; the next valid instant is the change itself.
        ("Europe/Berlin", at(2026, 3, 29, 2, 30), (2026, 3, 29, 1)),
        ("America/New_York", at(2026, 3, 8, 2, 59, 59), (2026, 3, 8, 7)),
        # A change of half an hour.
        ("Australia/Lord_Howe", at(2026, 10, 4, 2, 15), (2026, 10, 3, 15, 30)),
        # A whole day that never was.
        ("Pacific/Apia", at(2011, 12, 30, 9), (2011, 12, 30, 10)),
        # Repeated: 02:30 comes twice; the first is meant.
        ("Europe/Berlin", at(2026, 10, 25, 2, 30), (2026, 10, 25, 0, 30)),
        ("America/New_York", at(2026, 11, 1, 1, 30), (2026, 11, 1, 5, 30)),
    ],
)
def test_the_stated_rule(zone: str, local: datetime.datetime, expected: tuple[int, ...]) -> None:
    found = instant_of(local, ZoneInfo(zone))
    assert found == datetime.datetime(*expected, tzinfo=UTC)  # type: ignore[arg-type,misc]  # parts of a time


@given(
    local=st.datetimes(at(2000, 1, 2), at(2036, 1, 1)).map(
        lambda when: when.replace(microsecond=0)
    ),
    zone=st.sampled_from(
        ["Europe/Dublin", "Africa/Cairo", "Asia/Beirut", "America/Caracas", "Pacific/Apia", "UTC"]
    ),
)
def test_the_clock_shows_the_time_or_has_just_passed_it(
    local: datetime.datetime, zone: str
) -> None:
    """Never earlier than asked, and never an occurrence before which there was another."""
    place = ZoneInfo(zone)
    found = instant_of(local, place)
    shown = found.astimezone(place).replace(tzinfo=None)
    assert shown >= local
    just_before = (found - datetime.timedelta(seconds=1)).astimezone(place).replace(tzinfo=None)
    assert just_before < local or shown == local


def test_refuses_a_time_with_a_zone() -> None:
    with pytest.raises(ValueError, match="no zone"):
        instant_of(datetime.datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


def test_all_zones_are_worked_out() -> None:
    zones = due_by_zone(at(2026, 3, 29, 2, 30))
    assert len(zones) > 400
    assert zones["Europe/Berlin"] == datetime.datetime(2026, 3, 29, 1, tzinfo=UTC)


def _tomorrow() -> datetime.date:
    return timezone.now().date() + datetime.timedelta(days=3)


def test_each_recipient_is_due_at_their_own_nine_o_clock(pair: Pair) -> None:
    """Those of unknown zone at the edition's; the edition begins with the first."""
    for name, zone in (("Tokyo", "Asia/Tokyo"), ("Dublin", "Europe/Dublin"), ("Nowhere", "")):
        make_stakeholder(pair.writer, name, email=f"{name.lower()}@example.org", time_zone=zone)
    schedule = services.Schedule(
        kind=Edition.Schedule.LOCAL,
        local_date=_tomorrow(),
        local_time=datetime.time(9),
        time_zone="America/New_York",
    )
    edition = make_edition(pair.writer, schedule=schedule)
    services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    edition.refresh_from_db()
    local = datetime.datetime.combine(_tomorrow(), datetime.time(9))
    wanted = {
        instant_of(local, ZoneInfo(zone))
        for zone in ("Asia/Tokyo", "Europe/Dublin", "America/New_York")
    }
    assert set(Delivery.objects.values_list("due_at", flat=True)) == wanted
    assert edition.starts_at == min(wanted)


def test_one_instant_for_everyone(pair: Pair) -> None:
    make_stakeholder(pair.writer, "Tokyo", email="t@example.org", time_zone="Asia/Tokyo")
    moment = timezone.now() + datetime.timedelta(days=1)
    edition = make_edition(pair.writer, schedule=services.Schedule(at=moment))
    services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    assert Delivery.objects.get().due_at == moment


@pytest.mark.parametrize(
    "schedule",
    [
        services.Schedule(time_zone="Mars/Olympus"),
        services.Schedule(kind=Edition.Schedule.LOCAL),
        services.Schedule(at=at(2030, 1, 1)),
    ],
)
def test_refuses_a_schedule_that_says_no_moment(pair: Pair, schedule: services.Schedule) -> None:
    with pytest.raises(InvalidError):
        make_edition(pair.writer, schedule=schedule)
