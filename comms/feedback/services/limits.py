"""How often an address may ask, without keeping the address.

What is counted is a keyed hash of it, under a salt that is drawn each day and lives in Valkey alone: after a day
nobody can say which address a counter belonged to, and nothing of it reaches a table, a log or a backup.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import ipaddress
import os
import time
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from comms.core.errors import RateLimitedError
from comms.feedback.valkey import valkey

_DAY = 24 * 3600


def limit_address(address: str, action: str) -> None:
    """Count a try of `address` against FEEDBACK_RATE_LIMITS[action]. Raises RateLimitedError."""
    if not count_addresses([address], action)[0]:
        _most, seconds = settings.FEEDBACK_RATE_LIMITS[action]
        wait = seconds - int(time.time()) % seconds
        raise RateLimitedError(_sentence(action), retry_after=max(wait, 1))


def count_addresses(addresses: Sequence[str], action: str, weight: int = 1) -> list[bool]:
    """Count a try of each, or `weight` of them, in one step; whether it is within the limit.

    The addresses of one IPv6 line are one: its holder could have another with each try.
    """
    most, seconds = settings.FEEDBACK_RATE_LIMITS[action]
    window = int(time.time()) // seconds
    salt = _salt()
    with valkey().pipeline(transaction=False) as pipe:
        for address in addresses:
            counted = hmac.digest(salt, _line_of(address).encode(), hashlib.sha256)[:16].hex()
            name = f"feedback:rate:{action}:{window}:{counted}"
            pipe.incrby(name, weight)
            pipe.expire(name, seconds + 1)
        counts = pipe.execute()[::2]
    return [count <= most * settings.FEEDBACK_RATE_FACTOR for count in counts]


def _line_of(address: str) -> str:
    """What one sender has at their disposal: an IPv4 address, and of IPv6 the 64 bits of a line (RFC 6177)."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)


def _sentence(action: str) -> str:
    if action == "code":
        return _("Too many codes were tried from here. Wait a few minutes, then try again.")
    if action == "send":
        return _(
            "Too many answers were sent from here. Nothing is lost: wait a few minutes, then send again."
        )
    return _("Too many requests came from here. Wait a minute, then try again.")


def _salt() -> bytes:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return _salt_of(today, settings.REDIS_URL)


@lru_cache(maxsize=2)
def _salt_of(day: str, _url: str) -> bytes:
    name = f"feedback:salt:{day}"
    client = valkey()
    client.set(name, os.urandom(32), nx=True, ex=_DAY + 3600)
    found = client.get(name)
    return found if isinstance(found, bytes) else os.urandom(32)
