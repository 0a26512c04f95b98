"""The time zones that this machine knows."""

from __future__ import annotations

import datetime
import re
import zoneinfo
from functools import cache


@cache
def time_zone_names() -> tuple[str, ...]:
    """IANA names in alphabetical order. Looked up once: it walks through the folders of the zone files."""
    return tuple(sorted(zoneinfo.available_timezones()))


def zone_name(moment: datetime.datetime) -> str:
    """What the moment's zone is called: "CET", or "UTC+3" for the many that have only a number."""
    name = moment.tzname() or ""
    found = re.fullmatch(r"([+-])(\d\d)(\d\d)?", name)
    if found is None:
        return name
    minutes = f":{found[3]}" if found[3] else ""
    return f"UTC{found[1]}{int(found[2])}{minutes}"
