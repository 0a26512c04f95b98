"""Writing down what became of messages: one statement for many."""

from __future__ import annotations

import datetime
import hashlib
import random
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from comms.campaigns.models import Claim, Delivery, Edition
from comms.campaigns.transports.base import Outcome, Result
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

log = structlog.get_logger(__name__)

_MINUTE = 60
_FIRST_RETRIES = (1 * _MINUTE, 5 * _MINUTE, 15 * _MINUTE, 60 * _MINUTE)
_GIVE_UP_AFTER = 48 * 60 * _MINUTE
_JITTER = 0.2
_RESEND_AFTER = datetime.timedelta(seconds=30)
_MOST_RESENDS = 3
_random = random.SystemRandom()

_SETTLE = """
UPDATE campaigns_delivery d
SET state = r.state, reason = r.reason, last_error = r.error, next_attempt_at = r.next_attempt_at,
    message_id = CASE WHEN r.message_id = '' THEN d.message_id ELSE r.message_id END,
    settled_at = CASE WHEN r.state IN ('sent', 'failed') THEN now() END,
    claim_id = CASE WHEN r.state IN ('pending', 'deferred') THEN NULL ELSE d.claim_id END
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
  AS r(id, state, reason, error, next_attempt_at, message_id)
WHERE d.id = r.id AND d.claim_id = %s AND d.state IN ('sending', 'unknown')
RETURNING d.id, d.state
"""

# A message that was not touched goes back as if it had not been claimed; of a cancelled edition it is cancelled.
_RELEASE = """
UPDATE campaigns_delivery d
SET state = CASE WHEN e.state = 'cancelled' THEN 'cancelled' ELSE 'pending' END,
    reason = CASE WHEN e.state = 'cancelled' THEN 'cancelled' ELSE '' END,
    next_attempt_at = CASE WHEN e.state = 'cancelled' THEN NULL ELSE now() + make_interval(secs => %(wait)s) END,
    settled_at = CASE WHEN e.state = 'cancelled' THEN now() END,
    attempt = d.attempt - 1, claim_id = NULL
FROM campaigns_edition e
WHERE e.id = d.edition_id AND d.claim_id = %(claim)s AND d.state = 'sending' AND d.id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one delivery is written down."""

    state: str
    reason: str = ""
    error: str = ""
    next_attempt_at: datetime.datetime | None = None


def retry_after(attempt: int) -> datetime.timedelta | None:
    """How long to wait after this many tries, jitter aside; None when 48 hours are over.

    1, 5, 15 and 60 minutes, then every hour.
    """
    if attempt <= len(_FIRST_RETRIES):
        return datetime.timedelta(seconds=_FIRST_RETRIES[max(attempt, 1) - 1])
    elapsed = sum(_FIRST_RETRIES) + (attempt - len(_FIRST_RETRIES)) * 60 * _MINUTE
    return None if elapsed > _GIVE_UP_AFTER else datetime.timedelta(hours=1)


def settlement_of(
    result: Result, *, attempt: int, unknown_policy: str, now: datetime.datetime
) -> Settlement:
    """The state that an outcome leads to."""
    error = f"{result.code} {result.text}".strip() if result.code else result.text
    error = error[:300]
    if result.outcome is Outcome.SENT:
        return Settlement(Delivery.State.SENT)
    if result.outcome is Outcome.FAILED:
        return Settlement(Delivery.State.FAILED, Delivery.Reason.REFUSED, error)
    if result.outcome is Outcome.UNMADE:
        return Settlement(Delivery.State.FAILED, Delivery.Reason.UNREADABLE, error)
    if result.outcome is Outcome.DEFERRED:
        wait = retry_after(attempt)
        if wait is None:
            return Settlement(Delivery.State.FAILED, Delivery.Reason.EXPIRED, error)
        late = wait * (1 + _random.random() * _JITTER)
        return Settlement(Delivery.State.DEFERRED, Delivery.Reason.DEFERRED, error, now + late)
    if unknown_policy == Edition.UnknownPolicy.RESEND and attempt <= _MOST_RESENDS:
        return Settlement(
            Delivery.State.PENDING, Delivery.Reason.RESENT, error, now + _RESEND_AFTER
        )
    return Settlement(Delivery.State.UNKNOWN, Delivery.Reason.INTERRUPTED, error)


def settle_results(
    *,
    workspace_id: uuid.UUID,
    edition_id: uuid.UUID,
    claim_id: uuid.UUID,
    results: Sequence[Result],
    attempts: Mapping[uuid.UUID, int],
    message_ids: Mapping[uuid.UUID, str],
) -> dict[uuid.UUID, str]:
    """Write the outcomes of some messages of a claim; the states of those written.

    Messages that are settled already stay as they are.
    """
    with in_workspace(workspace_id):
        return settle(
            edition_id=edition_id,
            claim_id=claim_id,
            results=results,
            attempts=attempts,
            message_ids=message_ids,
        )


def settle(
    *,
    edition_id: uuid.UUID,
    claim_id: uuid.UUID,
    results: Sequence[Result],
    attempts: Mapping[uuid.UUID, int],
    message_ids: Mapping[uuid.UUID, str],
) -> dict[uuid.UUID, str]:
    """The same inside `in_workspace`."""
    if not results:
        return {}
    policy = Edition.objects.values_list("unknown_policy", flat=True).get(id=edition_id)
    now = timezone.now()
    rows = [
        settlement_of(
            result,
            attempt=attempts.get(result.delivery_id, 1),
            unknown_policy=policy,
            now=now,
        )
        for result in results
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            [
                [result.delivery_id for result in results],
                [str(row.state) for row in rows],
                [str(row.reason) for row in rows],
                [row.error for row in rows],
                [row.next_attempt_at for row in rows],
                [message_ids.get(result.delivery_id, "") for result in results],
                claim_id,
            ],
        )
        written = dict(cursor.fetchall())
    sent = sum(1 for state in written.values() if state == Delivery.State.SENT)
    # How fast it goes shows while the batch is at it: at the pace of a slow server it lasts for minutes.
    Claim.objects.filter(id=claim_id, closed_at=None).update(sent=F("sent") + sent)
    return written


def release(
    *,
    claim_id: uuid.UUID,
    delivery_ids: Collection[uuid.UUID],
    wait: datetime.timedelta = datetime.timedelta(0),
) -> None:
    """Put messages back that were not touched, to be sent after `wait`. Inside `in_workspace`."""
    if not delivery_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RELEASE, {"claim": claim_id, "ids": list(delivery_ids), "wait": wait.total_seconds()}
        )


def close(claim_id: uuid.UUID, states: Mapping[uuid.UUID, str], *, recovered: bool = False) -> bool:
    """End a claim, with one entry in the audit trail for the batch. Inside `in_workspace`.

    `states` is what its messages came to. False when one of them is not settled: the claim stays open, so that
    it is recovered by its notes. A claim that is closed already stays as it is.
    """
    claim = Claim.objects.select_for_update().filter(id=claim_id, closed_at=None).first()
    if claim is None:
        return True
    if Delivery.objects.filter(claim_id=claim_id, state=Delivery.State.SENDING).exists():
        log.error("campaigns.claim_not_settled", claim=str(claim_id))
        return False
    counts = Counter(str(state) for state in states.values())
    claim.closed_at = timezone.now()
    claim.recovered = claim.recovered or recovered
    claim.sent = counts["sent"]
    claim.save(update_fields=["closed_at", "recovered", "sent"])
    record(
        action="campaigns.recovered_batch" if recovered else "campaigns.sent_batch",
        subject_type="edition",
        subject_id=claim.edition_id,
        details={
            "claim": claim.id,
            "size": claim.size,
            "counts": counts,
            "sha256": batch_digest(states),
        },
    )
    return True


def batch_digest(states: Mapping[uuid.UUID, str]) -> str:
    """SHA-256 over id (16 bytes) and state (padded to 12) of each message, in order of id."""
    digest = hashlib.sha256()
    for delivery_id in sorted(states):
        digest.update(delivery_id.bytes + states[delivery_id].encode().ljust(12))
    return digest.hexdigest()
