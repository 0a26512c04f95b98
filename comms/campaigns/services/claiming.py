"""Taking a batch of due messages into a sender's hands, and keeping it there."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from comms.campaigns.models import Claim, Edition
from comms.core.tenancy import in_workspace
from comms.directory import selectors as directory
from comms.directory.models import Purpose

LEASE_SECONDS = 20.0

# The edition's row is share-locked, so a pause or a cancellation that was answered is seen by every claim after
# it; a hold of the workspace is read in the same statement.
_MAY_SEND = """
SELECT e.state = 'sending' AND w.hold_reason = '' FROM campaigns_edition e
JOIN accounts_workspace w ON w.id = e.workspace_id WHERE e.id = %s FOR SHARE OF e
"""

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT id FROM campaigns_delivery
  WHERE edition_id = %(edition)s AND state IN ('pending', 'deferred') AND next_attempt_at <= now()
  ORDER BY next_attempt_at, id LIMIT %(size)s FOR UPDATE SKIP LOCKED
)
UPDATE campaigns_delivery d
SET state = 'sending', claim_id = %(claim)s, attempt = d.attempt + 1, next_attempt_at = NULL, reason = ''
FROM due WHERE d.id = due.id
RETURNING d.id, d.contact_point_id, d.variant_id, d.attempt
"""


class ClaimedRow(NamedTuple):
    """One message to make. `attempt` counts from 1."""

    delivery_id: uuid.UUID
    contact_point_id: uuid.UUID
    variant_id: uuid.UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A batch: the messages to make and whom they are for. Those blocked since the freeze are settled."""

    claim_id: uuid.UUID
    rows: list[ClaimedRow]
    people: dict[uuid.UUID, directory.Recipient]
    purpose: str


def claim_batch(
    *,
    workspace_id: uuid.UUID,
    edition_id: uuid.UUID,
    claim_id: uuid.UUID,
    shard: int,
    sender: str,
    store_run: str,
    size: int,
) -> Claimed | None:
    """Take up to `size` due messages; None when nothing is due or nothing may be sent.

    `claim_id` names the list of notes, which must be there already. Suppression is looked at again here.
    """
    with in_workspace(workspace_id):
        if not _may_send(edition_id):
            return None
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"edition": edition_id, "claim": claim_id, "size": size})
            rows = [ClaimedRow(*row) for row in cursor.fetchall()]
        if not rows:
            return None
        purpose = Edition.objects.values_list("campaign__template__purpose", flat=True).get(
            id=edition_id
        )
        Claim.objects.create(
            id=claim_id,
            workspace_id=workspace_id,
            edition_id=edition_id,
            shard=shard,
            sender=sender[:80],
            store_run=store_run,
            size=len(rows),
            lease_until=timezone.now() + datetime.timedelta(seconds=LEASE_SECONDS),
        )
        points = {row.contact_point_id for row in rows}
        found = directory.load_handover(points, purpose=Purpose(purpose))
        blocked = found.blocked
        suppress(
            {
                row.delivery_id: blocked[row.contact_point_id]
                for row in rows
                if row.contact_point_id in blocked
            }
        )
    kept = [row for row in rows if row.contact_point_id not in blocked]
    return Claimed(claim_id, kept, found.people, purpose)


def suppress(reasons: dict[uuid.UUID, str]) -> None:
    """Settle messages that must not go out any more. Inside `in_workspace`."""
    if not reasons:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_delivery d SET state = 'suppressed', reason = r.reason, "
            "next_attempt_at = NULL, settled_at = now() "
            "FROM unnest(%s::uuid[], %s::text[]) AS r(id, reason) "
            "WHERE d.id = r.id AND d.state IN ('pending', 'deferred', 'sending')",
            [list(reasons), list(reasons.values())],
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a sender may go on: with the edition at all, with each claim; which addresses not, and why."""

    may_send: bool
    held_claims: frozenset[uuid.UUID]
    blocked: dict[uuid.UUID, str]


def check_standing(
    *,
    workspace_id: uuid.UUID,
    edition_id: uuid.UUID,
    claim_ids: Collection[uuid.UUID],
    contact_point_ids: Collection[uuid.UUID],
    purpose: str,
) -> Standing:
    """Move the leases on and look again at state, hold and suppression. Called every half second."""
    with in_workspace(workspace_id):
        may_send = _may_send(edition_id)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE campaigns_claim SET lease_until = now() + make_interval(secs => %s) "
                "WHERE id = ANY(%s) AND closed_at IS NULL AND NOT recovered RETURNING id",
                [LEASE_SECONDS, list(claim_ids)],
            )
            held = frozenset(row[0] for row in cursor.fetchall())
        blocked = (
            directory.blocked_now(contact_point_ids, purpose=Purpose(purpose))
            if contact_point_ids
            else {}
        )
    return Standing(may_send, held, blocked)


def _may_send(edition_id: uuid.UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_MAY_SEND, [edition_id])
        found = cursor.fetchone()
    return bool(found and found[0])
