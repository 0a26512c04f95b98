"""When each recipient's message is due, with a stated rule for the hours that clocks skip or repeat."""

from __future__ import annotations

import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from comms.core.zones import time_zone_names

_DAY = datetime.timedelta(days=1)
_SECOND = datetime.timedelta(seconds=1)


def instant_of(local: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The instant (UTC) at which clocks in `zone` show `local`.

    A time that is skipped (clocks go forward) becomes the next valid instant, which is the moment of the
    change; one that is repeated (clocks go back) is its first occurrence. `local` is naive.
    """
    if local.tzinfo is not None:
        raise ValueError("a local time has no zone of its own")
    first = local.replace(tzinfo=zone, fold=0).astimezone(datetime.UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    return _change_near(first, zone)


def _change_near(instant: datetime.datetime, zone: ZoneInfo) -> datetime.datetime:
    """The moment within a day before or after `instant` at which the zone's clocks jumped forward."""
    low, high = instant - _DAY, instant + _DAY
    before = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


@lru_cache(maxsize=64)
def due_by_zone(local: datetime.datetime) -> dict[str, datetime.datetime]:
    """`instant_of(local, …)` for every zone that this machine knows."""
    return {name: instant_of(local, ZoneInfo(name)) for name in time_zone_names()}
