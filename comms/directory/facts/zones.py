"""Time zones by IANA name."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from comms.core.zones import time_zone_names

_BOUNDLESS = ("Etc/", "posix/", "right/", "SystemV/", "US/")


def is_zone(name: str) -> bool:
    """True for a zone that this machine's data knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def zone_names() -> list[str]:
    """The zones to choose from, as Region/City."""
    return sorted(
        name for name in time_zone_names() if "/" in name and not name.startswith(_BOUNDLESS)
    )


def zone_of_country(code: str) -> str:
    """The only zone of a country; empty where there are several or none is known."""
    zones = _zones_by_country().get(code, [])
    return zones[0] if len(zones) == 1 else ""


@cache
def _zones_by_country() -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {}
    for zone, territory in get_global("zone_territories").items():
        if is_zone(zone):
            zones.setdefault(territory, []).append(zone)
    return zones
