"""Stopping mails at the recipient's word: at once, queued ones included."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services.events import tell
from comms.campaigns.services.links import read_unsubscribe_token
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.directory.models import SuppressionReason
from comms.directory.selectors import blocked_now
from comms.directory.services import suppress_contact_point
from comms.ledger.services import record

_STOP = """
UPDATE campaigns_delivery SET state = 'suppressed', reason = %s, next_attempt_at = NULL, settled_at = now()
WHERE stakeholder_id = %s AND state IN ('pending', 'deferred') RETURNING edition_id
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a link is about: who speaks, in which language to answer, and whether it is stopped already."""

    workspace_name: str
    language: str
    stopped: bool


def get_subscription(token: str) -> Subscription:
    """What the page of a link shows. Changes nothing. Raises NotFoundError."""
    workspace_id, delivery_id = read_unsubscribe_token(token)
    with in_workspace(workspace_id):
        delivery = _delivery(delivery_id)
        return Subscription(
            workspace_name=delivery.edition.workspace_name,
            language=delivery.language,
            stopped=_is_stopped(delivery),
        )


def unsubscribe(token: str) -> Subscription:
    """Stop all mails to this person from this workspace, also those that are queued. Again is harmless.

    A message that a sender has in hand is taken back within a second, unless a server has it already.
    Raises NotFoundError.
    """
    workspace_id, delivery_id = read_unsubscribe_token(token)
    with in_workspace(workspace_id):
        delivery = _delivery(delivery_id)
        if delivery.contact_point_id is not None and not _is_stopped(delivery):
            suppress_contact_point(
                contact_point_id=delivery.contact_point_id, reason=SuppressionReason.UNSUBSCRIBED
            )
            editions = _stop_queued(delivery.stakeholder_id)
            record(
                action="campaigns.unsubscribed",
                subject_type="delivery",
                subject_id=delivery.id,
                details={"queued": len(editions)},
            )
            for edition_id in set(editions):
                tell(edition_id)
        return Subscription(
            workspace_name=delivery.edition.workspace_name,
            language=delivery.language,
            stopped=True,
        )


def _stop_queued(stakeholder_id: uuid.UUID) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_STOP, [Delivery.Reason.UNSUBSCRIBED, stakeholder_id])
        return [row[0] for row in cursor.fetchall()]


def _is_stopped(delivery: Delivery) -> bool:
    """No mail goes to this address, or it is gone."""
    if delivery.contact_point_id is None:
        return True
    reason = blocked_now([delivery.contact_point_id]).get(delivery.contact_point_id, "")
    return reason.startswith("suppressed_") or reason == "no_address"


def _delivery(delivery_id: uuid.UUID) -> Delivery:
    found = (
        Delivery.objects.select_related("edition")
        .exclude(edition__state=Edition.State.DRAFT)
        .filter(id=delivery_id)
        .first()
    )
    if found is None:
        raise NotFoundError(_("This link is no longer in use."))
    return found
