"""The time zones that this machine knows."""

from __future__ import annotations

import zoneinfo
from functools import cache


@cache
def time_zone_names() -> tuple[str, ...]:
    """IANA names in alphabetical order. Looked up once: it walks through the folders of the zone files."""
    return tuple(sorted(zoneinfo.available_timezones()))
