"""Batches in hand: what is known of each so far, and how that gets into the database."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from comms.campaigns.journal.writer import BatchJournal
from comms.campaigns.services import claiming, settling
from comms.campaigns.services.events import tell
from comms.campaigns.services.preparing import Prepared
from comms.campaigns.services.sending.orders import Order, Tally
from comms.campaigns.services.sending.threads import Threads
from comms.campaigns.transports.base import Batch, Result
from comms.core.tenancy import in_workspace

WRITE_BACK = 200
WRITE_BACK_SECONDS = 0.5
TELL_SECONDS = 0.5
_LOOK_SECONDS = 0.02


@dataclass(slots=True)
class Hand:
    """A batch in hand, and what is known of it so far."""

    prepared: Prepared
    batch: Batch
    journal: BatchJournal
    since: float
    fresh: list[Result] = field(default_factory=list)
    done: set[uuid.UUID] = field(default_factory=set)
    states: dict[uuid.UUID, str] = field(default_factory=dict)
    put_back: dict[uuid.UUID, float] = field(default_factory=dict)
    withdrawn: dict[uuid.UUID, str] = field(default_factory=dict)
    lost: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def claim_id(self) -> uuid.UUID:
        return self.prepared.claimed.claim_id

    def withdraw(self, blocked: Mapping[uuid.UUID, str]) -> None:
        """Hand nothing over to these contact points; why, for each."""
        if not blocked:
            return
        for row in self.prepared.claimed.rows:
            if row.contact_point_id in blocked:
                self.withdrawn[row.delivery_id] = blocked[row.contact_point_id]
        self.batch.withdraw(self.withdrawn)


class Hands:
    """The batches that a sender holds at one time: the one that goes out, and its neighbours."""

    def __init__(self, order: Order, threads: Threads, tally: Tally) -> None:
        self.held: dict[uuid.UUID, Hand] = {}
        self._order = order
        self._threads = threads
        self._tally = tally
        self._told = 0.0

    def take(self, hand: Hand) -> None:
        """It is ours from now on: its lease is kept, and it may be stopped."""
        self.held[hand.claim_id] = hand
        self._tally.claims += 1

    def stop(self) -> None:
        """Nothing more is begun; what is on its way is finished."""
        for hand in self.held.values():
            hand.batch.stop()

    async def write_back(self, hand: Hand) -> None:
        """Settle while the batch goes out: every 200 outcomes, or whatever came in half a second."""
        last = time.monotonic()
        while not hand.over.is_set():
            await asyncio.sleep(_LOOK_SECONDS)
            now = time.monotonic()
            if len(hand.fresh) >= WRITE_BACK or (hand.fresh and now - last >= WRITE_BACK_SECONDS):
                last = now
                await self._settle(hand)

    async def close(self, hand: Hand) -> None:
        """Write the rest back, put back what was not touched, end the claim and drop its notes.

        If any of that fails, the claim stays open and its notes stay: its lease runs out and it is recovered.
        """
        try:
            await self._settle(hand)
            if hand.lost:
                return
            untouched = {row.delivery_id for row in hand.prepared.claimed.rows} - hand.done
            closed = await self._threads.write_patiently(
                put_back_and_close, self._order.workspace_id, hand, untouched
            )
            if closed:
                await hand.journal.forget()
        finally:
            self.held.pop(hand.claim_id, None)

    async def _settle(self, hand: Hand) -> None:
        fresh, hand.fresh = hand.fresh, []
        if not fresh:
            return
        claimed = hand.prepared.claimed
        attempts = {row.delivery_id: row.attempt for row in claimed.rows}
        hand.done.update(result.delivery_id for result in fresh)
        written = await self._threads.write_patiently(
            settling.settle_results,
            workspace_id=self._order.workspace_id,
            edition_id=self._order.edition_id,
            claim_id=hand.claim_id,
            results=fresh,
            attempts=attempts,
            message_ids=hand.prepared.message_ids,
        )
        hand.states.update(written)
        self._tally.touched += len(fresh)
        self._tally.sent += sum(1 for state in written.values() if state == "sent")
        await self._tell()

    async def _tell(self) -> None:
        """Open pages hear of it, at most twice a second; the last word is the tick's, on completion."""
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._told = now
            await self._threads.write(tell, self._order.edition_id)


def put_back_and_close(workspace_id: uuid.UUID, hand: Hand, untouched: set[uuid.UUID]) -> bool:
    """Give back what was not handed over and end the claim; False if something in it is still open."""
    with in_workspace(workspace_id):
        withdrawn = {key: why for key, why in hand.withdrawn.items() if key in untouched}
        claiming.suppress(withdrawn)
        untouched = untouched - withdrawn.keys()
        paused = untouched & hand.put_back.keys()
        for key in paused:
            settling.release(
                claim_id=hand.claim_id,
                delivery_ids=[key],
                wait=timedelta(seconds=hand.put_back[key]),
            )
        settling.release(claim_id=hand.claim_id, delivery_ids=untouched - paused)
        states = {
            **hand.states,
            **dict.fromkeys(untouched, "pending"),
            **dict.fromkeys(withdrawn, "suppressed"),
        }
        return settling.close(hand.claim_id, states)
