"""Twice a second: keep the leases, and hear whether anything that is in hand may no longer go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from django.db import OperationalError

from comms.campaigns.journal.writer import NoteStore
from comms.campaigns.services import claiming
from comms.campaigns.services.sending.hands import Hand, Hands
from comms.campaigns.services.sending.orders import Order
from comms.campaigns.services.sending.threads import Threads

LOOK_SECONDS = 0.5
_BLIND_SECONDS = 3.0


async def look_out(
    order: Order, hands: Hands, threads: Threads, store: NoteStore, stop: Callable[[], None]
) -> None:
    """Until cancelled. Calls `stop` within a second when the edition or the workspace may not send.

    Recipients who unsubscribed are withdrawn, and a batch whose lease somebody else has is stopped.
    """
    seen = time.monotonic()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        store.check()
        now = time.monotonic()
        aged = [hand for hand in hands.held.values() if now - hand.since > LOOK_SECONDS / 2]
        try:
            standing = await _standing(order, hands, aged, threads)
        except OperationalError:
            # Blind: nobody could tell us to stop.
            if time.monotonic() - seen > _BLIND_SECONDS:
                stop()
            continue
        seen = time.monotonic()
        if not standing.may_send:
            stop()
        for hand in aged:
            hand.withdraw(standing.blocked)
            if hand.claim_id in hands.held and hand.claim_id not in standing.held_claims:
                hand.batch.stop()


async def _standing(
    order: Order, hands: Hands, aged: list[Hand], threads: Threads
) -> claiming.Standing:
    points = {
        row.contact_point_id
        for hand in aged
        for row in hand.prepared.claimed.rows
        if row.delivery_id not in hand.done
    }
    return await threads.write(
        claiming.check_standing,
        workspace_id=order.workspace_id,
        edition_id=order.edition_id,
        claim_ids=list(hands.held),
        contact_point_ids=list(points),
        purpose=aged[0].prepared.claimed.purpose if aged else "updates",
    )
