"""One run: the next batch is made while this one goes out and the last one is written back."""

from __future__ import annotations

import asyncio
import os
import socket
import time

import structlog
from django.conf import settings
from django.db import OperationalError

from comms.campaigns.journal.writer import BatchJournal, JournalDownError, NoteStore, connect_store
from comms.campaigns.services import claiming
from comms.campaigns.services.outages import note_outage
from comms.campaigns.services.pacing import CappedPace, Caps, DomainPauses, load_caps
from comms.campaigns.services.preparing import Press, make_press, prepare
from comms.campaigns.services.sending.hands import Hand, Hands
from comms.campaigns.services.sending.lookout import look_out
from comms.campaigns.services.sending.orders import Order, Tally
from comms.campaigns.services.sending.threads import Threads
from comms.campaigns.transports.base import (
    Batch,
    LeaseLostError,
    Transport,
    TransportDownError,
)
from comms.core.errors import CommsError
from comms.core.ids import uuid7

log = structlog.get_logger(__name__)

LARGEST = 1000
SMALLEST = 50
FIRST = 200
# A batch is sized to last about this long, so that a pause or an unsubscription finds little in hand.
BATCH_SECONDS = 0.5


async def send_edition(order: Order, transport: Transport) -> Tally:
    """Send what is due of an edition for at most `order.seconds`; safe to call at any time, any number at once.

    Outages are noted on the edition and end the run; nothing is lost by ending it anywhere.
    """
    sender = _Sender(order, transport)
    try:
        await sender.run()
    finally:
        await sender.close()
    return sender.tally


class _Sender:
    def __init__(self, order: Order, transport: Transport) -> None:
        self.order = order
        self.transport = transport
        self.tally = Tally()
        self.stopping = False
        self.rate = 0.0
        self.name = f"{socket.gethostname()}:{os.getpid()}:{order.shard}"
        self.threads = Threads()
        self.hands = Hands(order, self.threads, self.tally)
        self.store: NoteStore | None = None

    async def run(self) -> None:
        """The whole run."""
        try:
            self.store = await connect_store(settings.REDIS_URL)
            await self.transport.open()
            press = await self.threads.make(
                make_press,
                workspace_id=self.order.workspace_id,
                edition_id=self.order.edition_id,
            )
            caps = await self.threads.make(load_caps, self.order.workspace_id)
            watch = asyncio.create_task(
                look_out(self.order, self.hands, self.threads, self.store, self._stop)
            )
            try:
                await self._loop(self.store, press, caps)
            finally:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
        except (TransportDownError, JournalDownError) as error:
            await self._outage(str(error))
        except CommsError as error:
            # A key that is missing, a text that no longer compiles: an officer can read it.
            await self._outage(error.message)
        except OperationalError as error:
            # Whatever is in hand is in the notes; the next run recovers it.
            self.tally.error = "the database doesn't answer"
            log.warning("campaigns.database_down", error=type(error).__name__)

    async def close(self) -> None:
        """Let go of everything."""
        await self.transport.close()
        if self.store is not None:
            self.store.close()
        await self.threads.close()

    async def _loop(self, store: NoteStore, press: Press, caps: Caps) -> None:
        started = time.monotonic()
        pauses = DomainPauses(store, self.order.workspace_id)
        closing: set[asyncio.Task[None]] = set()
        coming: asyncio.Task[Hand | None] | None = asyncio.create_task(
            self._next(store, press, pauses)
        )
        try:
            while coming is not None:
                hand, coming = await coming, None
                if hand is None:
                    break
                over = self.stopping or time.monotonic() - started > self.order.seconds
                if not over:
                    coming = asyncio.create_task(self._next(store, press, pauses))
                try:
                    await self._hand_over(hand, store, press, caps, pauses)
                finally:
                    closing.add(asyncio.create_task(self.hands.close(hand)))
                self.tally.more = over
                # At most one batch is being written back while the next goes out.
                if len(closing) > 1:
                    finished, closing = await asyncio.wait(
                        closing, return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in finished:
                        task.result()
        finally:
            if coming is not None:
                # Something broke while the next batch was being made: it is put back untouched.
                self.stopping = True
                made = (await asyncio.gather(coming, return_exceptions=True))[0]
                if isinstance(made, Hand):
                    closing.add(asyncio.create_task(self.hands.close(made)))
            for outcome in await asyncio.gather(*closing, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.warning("campaigns.not_written_back", error=type(outcome).__name__)

    async def _next(self, store: NoteStore, press: Press, pauses: DomainPauses) -> Hand | None:
        """Claim and make the next batch; None when nothing is due."""
        if self.stopping:
            return None
        claim_id = uuid7()
        held: list[Hand] = []
        journal = BatchJournal(store, claim_id, lambda result: held[0].fresh.append(result))
        await journal.open()
        claimed = await self.threads.make(
            claiming.claim_batch,
            workspace_id=self.order.workspace_id,
            edition_id=self.order.edition_id,
            claim_id=claim_id,
            shard=self.order.shard,
            sender=self.name,
            store_run=store.life,
            size=self._size(),
        )
        if claimed is None:
            await journal.forget()
            return None
        prepared = await self.threads.make(prepare, press, claimed)
        paused = await pauses.paused(message.domain for message in prepared.messages)
        messages = [message for message in prepared.messages if message.domain not in paused]
        hand = Hand(prepared, Batch(messages), journal, time.monotonic())
        hand.put_back = {
            message.delivery_id: paused[message.domain]
            for message in prepared.messages
            if message.domain in paused
        }
        held.append(hand)
        for failure in prepared.failures:
            journal.finish(failure)
        self.hands.take(hand)
        return hand

    def _size(self) -> int:
        return max(SMALLEST, min(LARGEST, int(self.rate * BATCH_SECONDS) or FIRST))

    async def _hand_over(
        self, hand: Hand, store: NoteStore, press: Press, caps: Caps, pauses: DomainPauses
    ) -> None:
        hand.since = time.monotonic()
        if self.stopping:
            hand.batch.stop()
        pace = CappedPace(store, caps, channel="email", sender=press.from_address, batch=hand.batch)
        flush = asyncio.create_task(self.hands.write_back(hand))
        # Cancelling it could lose the outcomes that it is just writing, so it is asked to end.
        try:
            results = await self.transport.send(hand.batch, hand.journal, pace)
        except LeaseLostError:
            hand.lost = True
            log.warning("campaigns.lease_lost", claim=str(hand.claim_id))
            results = []
        finally:
            hand.over.set()
            await flush
        seconds = max(time.monotonic() - hand.since, 0.001)
        if not caps.any and results:
            self.rate = len(results) / seconds
        domains = {message.delivery_id: message.domain for message in hand.prepared.messages}
        for result in results:
            pauses.heard(domains[result.delivery_id], result.code)

    def _stop(self) -> None:
        self.stopping = True
        self.hands.stop()

    async def _outage(self, why: str) -> None:
        self.tally.error = why
        await self.threads.write_patiently(
            note_outage,
            workspace_id=self.order.workspace_id,
            edition_id=self.order.edition_id,
            error=why,
        )
