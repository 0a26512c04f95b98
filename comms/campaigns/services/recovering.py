"""Batches whose sender is gone: what its notes say decides about each message."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import structlog
from django.db import connection
from redis import Redis

from comms.campaigns.journal import reader
from comms.campaigns.models import Claim, Delivery
from comms.campaigns.services.claiming import LEASE_SECONDS
from comms.campaigns.services.events import tell
from comms.campaigns.services.settling import close, release, settle
from comms.campaigns.transports.base import Outcome, Result
from comms.core.tenancy import in_workspace

log = structlog.get_logger(__name__)

_LAPSED = """
UPDATE campaigns_claim SET recovered = true, lease_until = now() + make_interval(secs => %s)
WHERE id IN (
  SELECT id FROM campaigns_claim WHERE closed_at IS NULL AND lease_until < now()
  ORDER BY lease_until LIMIT 20 FOR UPDATE SKIP LOCKED
) RETURNING id, edition_id, store_run
"""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """A claim whose lease ran out; ours to recover until the lease we took runs out in turn."""

    claim_id: uuid.UUID
    edition_id: uuid.UUID
    store_run: str


def take_lapsed(workspace_id: uuid.UUID) -> list[Lapsed]:
    """Claims to recover now. Their senders' leases can't be renewed any more."""
    with in_workspace(workspace_id), connection.cursor() as cursor:
        cursor.execute(_LAPSED, [LEASE_SECONDS])
        return [Lapsed(*row) for row in cursor.fetchall()]


def recover_lapsed(workspace_id: uuid.UUID, client: Redis) -> int:
    """Recover every lapsed claim of the workspace; how many. Not inside a transaction: it asks Valkey."""
    lapsed = take_lapsed(workspace_id)
    for claim in lapsed:
        notes = reader.take_over(client, claim.claim_id, store_run=claim.store_run)
        recover(workspace_id, claim, notes)
        reader.forget(client, claim.claim_id)
    return len(lapsed)


def recover(workspace_id: uuid.UUID, claim: Lapsed, taken: reader.TakenOver) -> None:
    """Settle a claim by its notes.

    Noted outcomes are settled as noted. Without an outcome: begun → unknown; not begun → back, as never
    touched, but only if the notes are complete: else it is unknown too.
    """
    notes = taken.notes
    with in_workspace(workspace_id):
        # Locked first: two recoveries of one claim, or a sender that was slow, come one after the other.
        Claim.objects.select_for_update().get(id=claim.claim_id)
        rows = dict(
            Delivery.objects.filter(claim_id=claim.claim_id, state=Delivery.State.SENDING)
            .order_by("id")
            .values_list("id", "attempt")
        )
        results = [result for key, result in notes.results.items() if key in rows]
        open_ids = rows.keys() - notes.results.keys()
        unknown = {key for key in open_ids if key in notes.begun or not taken.complete}
        results += [
            Result(key, Outcome.UNKNOWN, 0, "The sender stopped while handing it over.")
            for key in sorted(unknown)
        ]
        states = settle(
            edition_id=claim.edition_id,
            claim_id=claim.claim_id,
            results=results,
            attempts=rows,
            message_ids={},
        )
        untouched = open_ids - unknown
        release(claim_id=claim.claim_id, delivery_ids=untouched)
        states.update(dict.fromkeys(untouched, "pending"))
        close(claim.claim_id, states, recovered=True)
        tell(claim.edition_id)
    log.warning(
        "campaigns.batch_recovered",
        claim=str(claim.claim_id),
        noted=len(notes.results),
        unknown=len(unknown),
        put_back=len(untouched),
        notes_complete=taken.complete,
    )
