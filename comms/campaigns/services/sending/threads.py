"""The two threads of a sender: one makes the next batch, one writes outcomes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import OperationalError, connections

DATABASE_PATIENCE = 20.0
_AGAIN_SECONDS = 0.5

_T = TypeVar("_T")


class Threads:
    """Runs what would block the event loop. Close it, or its database connections stay open."""

    def __init__(self) -> None:
        self._makers = ThreadPoolExecutor(1, thread_name_prefix="claims")
        self._writers = ThreadPoolExecutor(1, thread_name_prefix="settles")

    async def make(self, work: Callable[..., _T], *args: object, **kwargs: object) -> _T:
        """Do it in the thread that claims and renders."""
        return await _run_in(self._makers, lambda: work(*args, **kwargs))

    async def write(self, work: Callable[..., _T], *args: object, **kwargs: object) -> _T:
        """Do it in the thread that writes back, which is never behind a long rendering."""
        return await _run_in(self._writers, lambda: work(*args, **kwargs))

    async def write_patiently(self, work: Callable[..., _T], *args: object, **kwargs: object) -> _T:
        """The same, again and again while the database is away. Raises OperationalError after 20 s."""
        until = time.monotonic() + DATABASE_PATIENCE
        while True:
            try:
                return await self.write(work, *args, **kwargs)
            except OperationalError:
                if time.monotonic() > until:
                    raise
                await self.write(connections.close_all)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def close(self) -> None:
        """End both and their database connections."""
        for pool in (self._makers, self._writers):
            await _run_in(pool, connections.close_all)
            pool.shutdown(wait=False)


async def _run_in(pool: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
    return await asyncio.get_running_loop().run_in_executor(pool, work)
