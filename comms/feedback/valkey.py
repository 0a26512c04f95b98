"""The connection to Valkey, for what is counted or used once. One pool for each process."""

from __future__ import annotations

import os
from functools import lru_cache

from django.conf import settings
from redis import Redis


def valkey() -> Redis:
    """A client of this process's pool. Raises nothing until it is asked something."""
    return _client(os.getpid(), settings.REDIS_URL)


@lru_cache(maxsize=2)
def _client(_pid: int, url: str) -> Redis:
    # A forked worker must not share its parent's sockets, hence one for each process.
    return Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
