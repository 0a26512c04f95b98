"""What happens every second: begin what is due, recover what broke, complete what is done, wake senders."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import structlog
from django.db import connection
from django.utils import timezone

from comms.campaigns.models import OPEN_STATES, Approval, Delivery, Edition
from comms.campaigns.services.events import tell
from comms.campaigns.services.hashing import edition_hash
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

log = structlog.get_logger(__name__)

_S = Edition.State

_DUE = """
SELECT e.id FROM campaigns_edition e
WHERE e.state = 'sending' AND EXISTS (
  SELECT 1 FROM campaigns_delivery d
  WHERE d.edition_id = e.id AND d.state IN ('pending', 'deferred') AND d.next_attempt_at <= now())
ORDER BY e.starts_at, e.id LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Tick:
    """What a workspace has for senders: editions with messages that are due, the earliest first."""

    due: list[uuid.UUID]


def tick_workspace(workspace_id: uuid.UUID) -> Tick:
    """Everything but recovery, in one transaction. A held workspace begins and sends nothing."""
    with in_workspace(workspace_id):
        if _held(workspace_id):
            return Tick([])
        begin_due()
        complete_done()
        with connection.cursor() as cursor:
            cursor.execute(_DUE)
            return Tick([row[0] for row in cursor.fetchall()])


def begin_due() -> list[Edition]:
    """Begin scheduled editions whose time has come. Inside `in_workspace`.

    The hash is computed anew and compared with what was approved; an edition that differs is held, never sent.
    """
    begun = []
    rows = (
        Edition.objects.select_for_update(skip_locked=True)
        .filter(state=_S.SCHEDULED, starts_at__lte=timezone.now())
        .order_by("starts_at", "id")[:20]
    )
    for edition in rows:
        approval = Approval.objects.filter(edition=edition, voided_at=None).first()
        if approval is None or edition_hash(edition) != bytes(approval.hash):
            _hold_changed(edition)
            continue
        edition.state = _S.SENDING
        edition.started_at = timezone.now()
        edition.save(update_fields=["state", "started_at"])
        record(
            action="campaigns.began_edition",
            subject_type="edition",
            subject_id=edition.id,
            details={"hash": bytes(approval.hash).hex(), "approval": approval.id},
        )
        tell(edition.id)
        begun.append(edition)
    return begun


def _hold_changed(edition: Edition) -> None:
    edition.held_from, edition.state = edition.state, _S.HELD
    edition.hold_reason = "What is stored differs from what was approved."
    edition.save(update_fields=["held_from", "state", "hold_reason"])
    record(
        action="campaigns.held_changed_edition",
        subject_type="edition",
        subject_id=edition.id,
        details={"approved": bytes(edition.frozen_hash or b"").hex()},
    )
    log.error("campaigns.hash_differs", edition=str(edition.id))
    tell(edition.id)


def complete_done() -> list[Edition]:
    """Complete editions of which nothing waits, is being sent, deferred or unknown. Inside `in_workspace`."""
    done = []
    for edition in Edition.objects.select_for_update(skip_locked=True).filter(state=_S.SENDING)[
        :50
    ]:
        if Delivery.objects.filter(edition=edition, state__in=OPEN_STATES).exists():
            continue
        edition.state = _S.COMPLETED
        edition.finished_at = timezone.now()
        edition.last_error, edition.last_error_at = "", None
        edition.save(update_fields=["state", "finished_at", "last_error", "last_error_at"])
        record(
            action="campaigns.completed_edition",
            subject_type="edition",
            subject_id=edition.id,
            details={"counts": _counts(edition.id), "total": edition.frozen_total},
        )
        tell(edition.id)
        done.append(edition)
    return done


def _counts(edition_id: uuid.UUID) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM campaigns_delivery WHERE edition_id = %s GROUP BY state",
            [edition_id],
        )
        return dict(cursor.fetchall())


def _held(workspace_id: uuid.UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hold_reason <> '' FROM accounts_workspace WHERE id = %s", [workspace_id]
        )
        found = cursor.fetchone()
    return bool(found is None or found[0])
