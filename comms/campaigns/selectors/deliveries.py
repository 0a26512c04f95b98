"""What became of an edition's messages: the counts, and the log by recipient."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.campaigns.models import OPEN_STATES, Claim, Delivery, Edition
from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.directory.selectors import ids_by_text, load_recipients, names_of

RATE_WINDOW = datetime.timedelta(seconds=10)
_DONE = ("sent", "bounced", "complained", "acknowledged")


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A server's answer and how many deliveries met it."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """An edition at one moment. `counts` has every state; their sum is `total`.

    `rate` is messages a second of the batches that are being sent or were ten seconds ago; `eta` is None when
    nothing moves.
    `due_open` counts open messages whose time has come; `next_due_at` is when the next one is due.
    """

    edition_id: uuid.UUID
    state: str
    total: int
    counts: Mapping[str, int]
    rate: float
    eta: datetime.datetime | None
    next_due_at: datetime.datetime | None
    last_error: str
    last_error_at: datetime.datetime | None
    errors: Sequence[ErrorLine]

    @property
    def done(self) -> int:
        """Handed to a mail server."""
        return sum(self.counts[state] for state in _DONE)

    @property
    def open(self) -> int:
        """Not settled yet: waiting, being sent, deferred or unknown."""
        return sum(self.counts[state] for state in OPEN_STATES)

    @property
    def settled(self) -> int:
        """Settled for good, suppressed and failed ones included."""
        return self.total - self.open

    @property
    def percent(self) -> int:
        """Of everything, rounded down, so that 100 means all."""
        return self.settled * 100 // self.total if self.total else 0


def edition_progress(edition: Edition) -> Progress:
    """The edition's progress in three queries. Inside `in_workspace`."""
    counts = dict.fromkeys((str(state) for state in Delivery.State), 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM campaigns_delivery WHERE edition_id = %s GROUP BY state",
            [edition.id],
        )
        counts.update(cursor.fetchall())
    now = timezone.now()
    rate = _rate(edition, now)
    waiting = counts["pending"] + counts["sending"] + counts["deferred"]
    moving = rate > 0 and edition.state == Edition.State.SENDING
    return Progress(
        edition_id=edition.id,
        state=edition.state,
        total=sum(counts.values()),
        counts=counts,
        rate=rate,
        eta=now + datetime.timedelta(seconds=waiting / rate) if moving and waiting else None,
        next_due_at=_next_due(edition),
        last_error=edition.last_error,
        last_error_at=edition.last_error_at,
        errors=_errors(edition),
    )


def count_unknown(edition_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many messages of each edition wait for somebody's decision; only those with any. One query."""
    rows = (
        Delivery.objects.filter(edition_id__in=list(edition_ids), state=Delivery.State.UNKNOWN)
        .values_list("edition_id")
        .annotate(times=Count("id"))
        .order_by()
    )
    return dict(rows)


def _rate(edition: Edition, now: datetime.datetime) -> float:
    """Sent by all senders in the batches that were open in the window, over the time since the first began."""
    recent = Claim.objects.filter(edition=edition).filter(
        Q(closed_at=None) | Q(closed_at__gte=now - RATE_WINDOW)
    )
    rows = list(recent.values_list("created_at", "sent"))
    if not rows:
        return 0.0
    seconds = max(1.0, (now - min(created for created, _sent in rows)).total_seconds())
    return sum(sent for _created, sent in rows) / seconds


def _next_due(edition: Edition) -> datetime.datetime | None:
    if edition.state not in {Edition.State.SENDING, Edition.State.PAUSED, Edition.State.SCHEDULED}:
        return None
    return (
        Delivery.objects.filter(edition=edition, state__in=("pending", "deferred"))
        .order_by("next_attempt_at")
        .values_list("next_attempt_at", flat=True)
        .first()
    )


def _errors(edition: Edition) -> list[ErrorLine]:
    rows = (
        Delivery.objects.filter(edition=edition, state__in=("deferred", "failed", "unknown"))
        .exclude(last_error="")
        .values_list("last_error")
        .annotate(times=Count("id"))
        .order_by("-times")[:5]
    )
    return [ErrorLine(text, times) for text, times in rows]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery and whom it is for. Name and address are empty once the person left the directory."""

    delivery: Delivery
    name: str
    address: str

    @property
    def state(self) -> Delivery.State:
        """The delivery's state with its label."""
        return Delivery.State(self.delivery.state)


def list_deliveries(
    edition: Edition,
    *,
    recipient: str = "",
    states: Sequence[str] = (),
    language: str = "",
    reason: str = "",
) -> QuerySet[Delivery]:
    """The edition's deliveries by recipient, state, language or reason, in a steady order. For `page_of`.

    `recipient` is words of a name or an e-mail address; who has left the directory isn't found by either.
    """
    rows = Delivery.objects.filter(edition=edition).select_related("variant")
    if recipient.strip():
        rows = rows.filter(stakeholder_id__in=ids_by_text(recipient))
    if states:
        rows = rows.filter(state__in=states)
    if language:
        rows = rows.filter(language=language)
    if reason:
        rows = rows.filter(reason=reason)
    return rows.order_by("id")


def with_recipients(deliveries: Sequence[Delivery]) -> list[DeliveryRow]:
    """One page of deliveries with names and addresses, in one more query. Inside `in_workspace`."""
    people = load_recipients(
        {row.contact_point_id for row in deliveries if row.contact_point_id is not None}
    )
    names = names_of({row.stakeholder_id for row in deliveries})
    found = []
    for row in deliveries:
        person = people.get(row.contact_point_id) if row.contact_point_id else None
        found.append(
            DeliveryRow(
                delivery=row,
                name=person.name if person else names.get(row.stakeholder_id, ""),
                address=person.address if person else "",
            )
        )
    return found


def get_delivery(actor: Actor, delivery_id: uuid.UUID) -> Delivery:
    """The delivery with its edition. Raises NotFoundError."""
    found = (
        Delivery.objects.filter(workspace_id=actor.workspace_id, id=delivery_id)
        .select_related("edition", "variant")
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such delivery in this workspace."))
    return found


def languages_of(edition: Edition) -> list[str]:
    """The languages that its deliveries are in."""
    return list(
        Delivery.objects.filter(edition=edition)
        .exclude(language="")
        .values_list("language", flat=True)
        .distinct()
        .order_by("language")
    )


def reasons_of(edition: Edition) -> list[str]:
    """The reasons that its deliveries give for their states."""
    return list(
        Delivery.objects.filter(edition=edition)
        .exclude(reason="")
        .values_list("reason", flat=True)
        .distinct()
        .order_by("reason")
    )
