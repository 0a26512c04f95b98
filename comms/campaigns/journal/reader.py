"""Taking a batch's notes over from a sender that is gone. Ordinary redis-py: this is not on the fast path."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from redis import Redis, ResponseError

from comms.campaigns.journal.lives import SECTIONS, SETTINGS, life_of
from comms.campaigns.journal.notes import Notes, closed_key, open_key, read_notes

_TAKE_OVER = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end
return redis.call('LRANGE', KEYS[2], 0, -1)
"""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A batch's notes. `complete` is False when Valkey may have lost some of them."""

    notes: Notes
    complete: bool


@contextlib.contextmanager
def valkey() -> Iterator[Redis]:
    """A client for a few commands. Raises redis.RedisError from its commands when Valkey doesn't answer."""
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)
    try:
        yield client
    finally:
        client.close()


def take_over(client: Redis, claim_id: uuid.UUID, *, store_run: str) -> TakenOver:
    """Shut the sender out of its list and read it, in one step; again gives the same.

    `store_run` is the life of Valkey that the claim began in (`lives`).
    """
    entries = cast(
        "list[bytes]", client.eval(_TAKE_OVER, 2, open_key(claim_id), closed_key(claim_id))
    )
    # Asked after reading: a restart between the two counts as a loss, never the other way round.
    complete = bool(entries) and store_run in _lives(client)
    return TakenOver(read_notes(entries), complete)


def _lives(client: Redis) -> set[str]:
    """What the notes of a claim may have been begun with to be complete: this run, and this life."""
    info = cast("dict[str, object]", client.info(*SECTIONS))
    try:
        allowed = cast("dict[str, object]", client.config_get(*SETTINGS))
    except ResponseError:
        allowed = {}
    same_kernel = "path" in client.connection_pool.connection_kwargs
    return {str(info["run_id"]), life_of(info, allowed, same_kernel=same_kernel)}


def forget(client: Redis, claim_id: uuid.UUID) -> None:
    """Drop a list whose batch is settled."""
    client.delete(open_key(claim_id), closed_key(claim_id))
