"""A sender at work on one edition: claim, make, hand over, settle, until nothing is due or its time is up.

The event loop talks to the mail server and to Valkey; everything that touches PostgreSQL or renders runs in
two threads, so that the next batch is made while this one goes out and no transaction is open meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import OperationalError, connections

from comms.campaigns.journal.writer import BatchJournal, JournalDownError, NoteStore, connect_store
from comms.campaigns.services import claiming, settling
from comms.campaigns.services.events import tell
from comms.campaigns.services.outages import note_outage
from comms.campaigns.services.pacing import CappedPace, Caps, DomainPauses, load_caps
from comms.campaigns.services.preparing import Prepared, Press, make_press, prepare
from comms.campaigns.transports.base import (
    Batch,
    LeaseLostError,
    Result,
    Transport,
    TransportDownError,
)
from comms.core.errors import CommsError
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace

log = structlog.get_logger(__name__)

LARGEST = 1000
SMALLEST = 50
FIRST = 200
WRITE_BACK = 200
WRITE_BACK_SECONDS = 0.5
LOOK_SECONDS = 0.5
TELL_SECONDS = 0.5
# A batch is sized to last about this long, so that a pause or an unsubscription finds little in hand.
BATCH_SECONDS = 0.5
RUN_SECONDS = 6.0
_BLIND_SECONDS = 3.0
_DATABASE_PATIENCE = 20.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Order:
    """What a sender is to do. `shard` numbers the senders that work side by side."""

    workspace_id: uuid.UUID
    edition_id: uuid.UUID
    shard: int = 0
    seconds: float = RUN_SECONDS


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    sent: int = 0
    touched: int = 0
    claims: int = 0
    more: bool = False
    error: str = ""


@dataclass(slots=True)
class _Hand:
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
        self.hands: dict[uuid.UUID, _Hand] = {}
        self.stopping = False
        self.rate = 0.0
        self.told = 0.0
        self.name = f"{socket.gethostname()}:{os.getpid()}:{order.shard}"
        self.makers = ThreadPoolExecutor(1, thread_name_prefix="claims")
        self.writers = ThreadPoolExecutor(1, thread_name_prefix="settles")
        self.store: NoteStore | None = None

    async def run(self) -> None:
        """The whole run."""
        try:
            self.store = await connect_store(settings.REDIS_URL)
            await self.transport.open()
            press = await self._in(
                self.makers,
                make_press,
                workspace_id=self.order.workspace_id,
                edition_id=self.order.edition_id,
            )
            caps = await self._in(self.makers, load_caps, self.order.workspace_id)
            watch = asyncio.create_task(self._watch())
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
        for pool in (self.makers, self.writers):
            await asyncio.get_running_loop().run_in_executor(pool, connections.close_all)
            pool.shutdown(wait=False)

    async def _loop(self, store: NoteStore, press: Press, caps: Caps) -> None:
        started = time.monotonic()
        pauses = DomainPauses(store, self.order.workspace_id)
        closing: set[asyncio.Task[None]] = set()
        coming: asyncio.Task[_Hand | None] | None = asyncio.create_task(
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
                    closing.add(asyncio.create_task(self._close_hand(hand)))
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
                if isinstance(made, _Hand):
                    closing.add(asyncio.create_task(self._close_hand(made)))
            for outcome in await asyncio.gather(*closing, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.warning("campaigns.not_written_back", error=type(outcome).__name__)

    async def _next(self, store: NoteStore, press: Press, pauses: DomainPauses) -> _Hand | None:
        """Claim and make the next batch; None when nothing is due."""
        if self.stopping:
            return None
        claim_id = uuid7()
        held: list[_Hand] = []
        journal = BatchJournal(store, claim_id, lambda result: held[0].fresh.append(result))
        await journal.open()
        claimed = await self._in(
            self.makers,
            claiming.claim_batch,
            workspace_id=self.order.workspace_id,
            edition_id=self.order.edition_id,
            claim_id=claim_id,
            shard=self.order.shard,
            sender=self.name,
            store_run=store.run,
            size=self._size(),
        )
        if claimed is None:
            await journal.forget()
            return None
        prepared = await self._in(self.makers, prepare, press, claimed)
        paused = await pauses.paused(message.domain for message in prepared.messages)
        messages = [message for message in prepared.messages if message.domain not in paused]
        hand = _Hand(prepared, Batch(messages), journal, time.monotonic())
        hand.put_back = {
            message.delivery_id: paused[message.domain]
            for message in prepared.messages
            if message.domain in paused
        }
        held.append(hand)
        for failure in prepared.failures:
            journal.finish(failure)
        self.hands[claim_id] = hand
        self.tally.claims += 1
        return hand

    def _size(self) -> int:
        return max(SMALLEST, min(LARGEST, int(self.rate * BATCH_SECONDS) or FIRST))

    async def _hand_over(
        self, hand: _Hand, store: NoteStore, press: Press, caps: Caps, pauses: DomainPauses
    ) -> None:
        hand.since = time.monotonic()
        if self.stopping:
            hand.batch.stop()
        pace = CappedPace(store, caps, channel="email", sender=press.from_address, batch=hand.batch)
        flush = asyncio.create_task(self._write_back(hand))
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

    async def _write_back(self, hand: _Hand) -> None:
        """Settle while the batch goes out: every 200 outcomes, or whatever came in half a second."""
        last = time.monotonic()
        while not hand.over.is_set():
            await asyncio.sleep(0.02)
            now = time.monotonic()
            if len(hand.fresh) >= WRITE_BACK or (hand.fresh and now - last >= WRITE_BACK_SECONDS):
                last = now
                await self._settle(hand)

    async def _settle(self, hand: _Hand) -> None:
        fresh, hand.fresh = hand.fresh, []
        if not fresh:
            return
        claimed = hand.prepared.claimed
        attempts = {row.delivery_id: row.attempt for row in claimed.rows}
        hand.done.update(result.delivery_id for result in fresh)
        written = await self._patiently(
            settling.settle_results,
            workspace_id=self.order.workspace_id,
            edition_id=self.order.edition_id,
            claim_id=hand.claim_id,
            results=fresh,
            attempts=attempts,
            message_ids=hand.prepared.message_ids,
        )
        hand.states.update(written)
        self.tally.touched += len(fresh)
        self.tally.sent += sum(1 for state in written.values() if state == "sent")
        await self._tell()

    async def _tell(self) -> None:
        """Open pages hear of it, at most twice a second; the last word is the tick's, on completion."""
        now = time.monotonic()
        if now - self.told >= TELL_SECONDS:
            self.told = now
            await self._in(self.writers, tell, self.order.edition_id)

    async def _close_hand(self, hand: _Hand) -> None:
        """Write the rest back, put back what was not touched, end the claim and drop its notes.

        If any of that fails, the claim stays open and its notes stay: its lease runs out and it is recovered.
        """
        try:
            await self._settle(hand)
            if hand.lost:
                return
            untouched = {row.delivery_id for row in hand.prepared.claimed.rows} - hand.done
            closed = await self._patiently(
                _put_back_and_close, self.order.workspace_id, hand, untouched
            )
            if closed:
                await hand.journal.forget()
        finally:
            self.hands.pop(hand.claim_id, None)

    async def _watch(self) -> None:
        """Keep the leases; stop within a second when the edition, the workspace or a recipient says so."""
        seen = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.store is not None:
                self.store.check()
            now = time.monotonic()
            aged = [hand for hand in self.hands.values() if now - hand.since > LOOK_SECONDS / 2]
            by_point = {
                row.contact_point_id: row.delivery_id
                for hand in aged
                for row in hand.prepared.claimed.rows
                if row.delivery_id not in hand.done
            }
            try:
                standing = await self._in(
                    self.writers,
                    claiming.check_standing,
                    workspace_id=self.order.workspace_id,
                    edition_id=self.order.edition_id,
                    claim_ids=list(self.hands),
                    contact_point_ids=list(by_point),
                    purpose=aged[0].prepared.claimed.purpose if aged else "updates",
                )
            except OperationalError:
                # Blind: nobody could tell us to stop.
                if time.monotonic() - seen > _BLIND_SECONDS:
                    self._stop()
                continue
            seen = time.monotonic()
            if not standing.may_send:
                self._stop()
            for hand in aged:
                self._withdraw(hand, standing.blocked)
                if hand.claim_id in self.hands and hand.claim_id not in standing.held_claims:
                    hand.batch.stop()

    def _withdraw(self, hand: _Hand, blocked: Mapping[uuid.UUID, str]) -> None:
        if blocked:
            for row in hand.prepared.claimed.rows:
                if row.contact_point_id in blocked:
                    hand.withdrawn[row.delivery_id] = blocked[row.contact_point_id]
            hand.batch.withdraw(hand.withdrawn)

    def _stop(self) -> None:
        self.stopping = True
        for hand in self.hands.values():
            hand.batch.stop()

    async def _outage(self, why: str) -> None:
        self.tally.error = why
        await self._patiently(
            note_outage,
            workspace_id=self.order.workspace_id,
            edition_id=self.order.edition_id,
            error=why,
        )

    async def _in(
        self, pool: ThreadPoolExecutor, work: Callable[..., _T], *args: object, **kwargs: object
    ) -> _T:
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: work(*args, **kwargs))

    async def _patiently(self, work: Callable[..., _T], *args: object, **kwargs: object) -> _T:
        """Do it, again and again while the database is away for a moment."""
        until = time.monotonic() + _DATABASE_PATIENCE
        while True:
            try:
                return await self._in(self.writers, work, *args, **kwargs)
            except OperationalError:
                if time.monotonic() > until:
                    raise
                await self._in(self.writers, connections.close_all)
                await asyncio.sleep(0.5)


def _put_back_and_close(workspace_id: uuid.UUID, hand: _Hand, untouched: set[uuid.UUID]) -> bool:
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
