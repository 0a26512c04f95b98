"""Envelopes that come by socket: what arrives for a thread while some are written is written next, together.

One transaction for each envelope cost most of the time that posting took. Nobody waits for company: an envelope
that finds its thread idle is written at once. Where several came together more are on their way, and the next
transaction waits a moment for them: without it the lane took what was there again and again, in transactions
of five, and three times fewer envelopes were written in a second.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Sequence

import structlog
from channels.db import database_sync_to_async

from comms.core.actors import Actor
from comms.threads import services
from comms.threads.models import Envelope

log = structlog.get_logger(__name__)

AT_ONCE = 64
"""Envelopes of one transaction. They are at most 64 KiB each."""

GATHER_SECONDS = 0.02
"""Between two transactions of a thread in which many write at once."""

_Place = tuple[uuid.UUID, uuid.UUID]
_Waiting = tuple[services.Posting, "asyncio.Future[Envelope | None]"]


class Lanes:
    """One lane for each thread that somebody is posting to just now. Belongs to one event loop."""

    def __init__(self) -> None:
        self._lanes: dict[_Place, deque[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def post(self, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> Envelope | None:
        """Its row once it is committed; None if it was refused or couldn't be written: HTTP says why."""
        outcome: asyncio.Future[Envelope | None] = asyncio.get_running_loop().create_future()
        place = (actor.workspace_id, thread_id)
        lane = self._lanes.get(place)
        if lane is None:
            lane = self._lanes[place] = deque()
            task = asyncio.create_task(self._empty(place, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.append((services.Posting(actor, raw), outcome))
        return await outcome

    async def _empty(self, place: _Place, lane: deque[_Waiting]) -> None:
        # The task starts after `post` has appended, so there is always something at first.
        while lane:
            batch = [lane.popleft() for _ in range(min(AT_ONCE, len(lane)))]
            rows = await _write(place, [posting for posting, _outcome in batch])
            for (_posting, outcome), row in zip(batch, rows, strict=True):
                # Nobody waits any more where the socket has closed.
                if not outcome.done():
                    outcome.set_result(row)
            if len(batch) > 1:
                await asyncio.sleep(GATHER_SECONDS)
        del self._lanes[place]


async def _write(place: _Place, postings: Sequence[services.Posting]) -> Sequence[Envelope | None]:
    try:
        outcomes = await _post_envelopes(place, postings)
    except Exception:
        # A lane goes on whatever happened to one batch: its senders ask over HTTP.
        log.exception("threads.posting_failed", envelopes=len(postings))
        return [None] * len(postings)
    return [each if isinstance(each, Envelope) else None for each in outcomes]


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def _post_envelopes(place: _Place, postings: Sequence[services.Posting]) -> Sequence[object]:
    workspace_id, thread_id = place
    return services.post_envelopes(
        workspace_id=workspace_id, thread_id=thread_id, postings=postings
    )
