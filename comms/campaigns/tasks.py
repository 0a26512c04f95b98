"""Wake-ups: a tick every second, and senders. Arguments are ids; the rows are the queue."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import cast

import structlog
import uvloop
from celery import shared_task
from django.conf import settings
from django.db import connections
from redis import Redis, RedisError

from comms.campaigns.journal.reader import valkey
from comms.campaigns.selectors.ticks import list_workspaces_with_work
from comms.campaigns.services.outages import clear_outage, note_outage
from comms.campaigns.services.recovering import recover_lapsed
from comms.campaigns.services.sending import Order, send_edition
from comms.campaigns.services.ticking import tick_workspace
from comms.campaigns.transports.registry import make_transport
from comms.core.jobs import enqueue
from comms.core.mail import RealMailRefusedError

log = structlog.get_logger(__name__)

# Senders work in a fixed number of slots, so that ticks always find a free worker. A slot that was handed out
# but never taken, or whose sender was killed, is free again when its key runs out.
_SLOT_SECONDS = 5
_DOWN_FIRST = 1
_DOWN_MOST = 30


@shared_task(name="campaigns.tick")
def tick() -> None:
    """Go through the workspaces with work: recover, begin, complete, and wake a sender for what is due."""
    workspaces = list_workspaces_with_work()
    if not workspaces:
        return
    with valkey() as client:
        due: list[tuple[uuid.UUID, uuid.UUID]] = []
        for workspace_id in workspaces:
            recover_lapsed(workspace_id, client)
            due += [(workspace_id, edition) for edition in tick_workspace(workspace_id).due]
        waiting = [pair for pair in due if not client.exists(_down_key(pair[1]))]
        _wake(client, waiting)


def _wake(client: Redis, waiting: list[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """Give free slots to editions in turn; an edition alone gets all of them."""
    if not waiting:
        return
    for number in range(settings.CAMPAIGN_SENDERS):
        if client.set(_slot_key(number), "handed out", nx=True, ex=_SLOT_SECONDS):
            workspace_id, edition_id = waiting[number % len(waiting)]
            enqueue(
                "campaigns.deliver", workspace_id=workspace_id, edition_id=edition_id, shard=number
            )


@shared_task(name="campaigns.deliver")
def deliver(workspace_id: str, edition_id: str, shard: int) -> None:
    """Send what is due of an edition, for some seconds; then free the slot for the next tick."""
    order = Order(uuid.UUID(workspace_id), uuid.UUID(edition_id), shard)
    with valkey() as client:
        mine = uuid.uuid4().hex
        if not _take_slot(client, shard, mine):
            return
        more = False
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                more = runner.run(_deliver(order, client, mine))
        finally:
            _free_slot(client, shard, mine)
    if more:
        enqueue("campaigns.tick")


async def _deliver(order: Order, client: Redis, mine: str) -> bool:
    """One run with its slot kept; True when it stopped before everything due was sent."""
    try:
        transport = make_transport("email")
    except RealMailRefusedError as error:
        await _off_the_loop(note_outage, order, error=error.message)
        _mark_down(client, order.edition_id)
        return False
    keeper = asyncio.create_task(_keep_slot(client, order.shard, mine))
    try:
        tally = await send_edition(order, transport)
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
    if tally.error:
        _mark_down(client, order.edition_id)
        return False
    if tally.sent:
        client.delete(_down_key(order.edition_id), f"{_down_key(order.edition_id)}:times")
        await _off_the_loop(clear_outage, order)
    return tally.more


async def _off_the_loop(work: Callable[..., None], order: Order, **words: str) -> None:
    """Do it in a thread, whose database connection is closed: threads come and go with each run."""

    def act() -> None:
        try:
            work(workspace_id=order.workspace_id, edition_id=order.edition_id, **words)
        finally:
            connections.close_all()

    await asyncio.to_thread(act)


async def _keep_slot(client: Redis, shard: int, mine: str) -> None:
    while True:
        await asyncio.sleep(1)
        try:
            await asyncio.to_thread(client.set, _slot_key(shard), mine, ex=_SLOT_SECONDS)
        except RedisError:
            continue


def _take_slot(client: Redis, shard: int, mine: str) -> bool:
    """True if no other sender works in the slot. A redelivered or repeated wake-up ends here."""
    if client.set(_slot_key(shard), mine, nx=True, ex=_SLOT_SECONDS):
        return True
    if client.get(_slot_key(shard)) != b"handed out":
        return False
    client.set(_slot_key(shard), mine, ex=_SLOT_SECONDS)
    return True


def _free_slot(client: Redis, shard: int, mine: str) -> None:
    try:
        if client.get(_slot_key(shard)) == mine.encode():
            client.delete(_slot_key(shard))
    except RedisError:
        log.warning("campaigns.slot_not_freed", shard=shard)


def _mark_down(client: Redis, edition_id: uuid.UUID) -> None:
    """Leave the edition alone for 1 s, then 2, 4 … 30, until it sends again."""
    try:
        times = cast("int", client.incr(f"{_down_key(edition_id)}:times"))
        client.expire(f"{_down_key(edition_id)}:times", 120)
        seconds = min(_DOWN_FIRST * 2 ** (times - 1), _DOWN_MOST)
        client.set(_down_key(edition_id), 1, ex=seconds)
    except RedisError:
        log.warning("campaigns.down_not_marked")


def _slot_key(number: int) -> str:
    return f"campaigns:slot:{number}"


def _down_key(edition_id: uuid.UUID) -> str:
    return f"campaigns:down:{edition_id}"
