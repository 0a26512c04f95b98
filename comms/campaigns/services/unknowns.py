"""Messages of which nobody knows whether they arrived: a person decides."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comms.campaigns import policies
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services.events import tell
from comms.campaigns.services.loading import lock_edition, require, require_state
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.core.jobs import enqueue
from comms.core.tenancy import in_workspace
from comms.ledger.services import record


class Decision(models.TextChoices):
    """What to do with a message of unknown fate."""

    RESEND = "resend", gettext_lazy("Send it again, with the same Message-ID")
    SENT = "sent", gettext_lazy("Count it as sent")
    FAILED = "failed", gettext_lazy("Count it as not sent")


def resolve_unknown(
    *,
    actor: Actor,
    edition_id: uuid.UUID,
    decision: str,
    delivery_ids: Collection[uuid.UUID] | None = None,
    expected: int | None = None,
) -> int:
    """Decide over those of `delivery_ids` that are unknown, or over all (None); how many.

    None of them (an empty collection) is refused: ticks that were lost on the way must never become a
    decision over all, which could send every message a second time. `expected` is how many the person
    was shown; another number now is a conflict. To send again takes an edition that is sending or
    paused. Raises ForbiddenError, NotFoundError, InvalidError, ConflictError.
    """
    require(policies.can_write(actor), _("Your roles do not include steering editions."))
    if decision not in Decision.values:
        raise InvalidError(_("Choose what to do with them."), field="decision")
    if delivery_ids is not None and not delivery_ids:
        raise InvalidError(
            _("Nothing was ticked, so nothing is decided. Tick messages, or all of them."),
            field="delivery",
        )
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        if decision == Decision.RESEND:
            require_state(edition, Edition.State.SENDING, Edition.State.PAUSED)
        rows = Delivery.objects.filter(edition=edition, state=Delivery.State.UNKNOWN)
        if delivery_ids is not None:
            rows = rows.filter(id__in=list(delivery_ids))
        if expected is not None and rows.count() != expected:
            raise ConflictError(
                _("There are more or fewer of them by now. Nothing is decided; look again.")
            )
        now = timezone.now()
        if decision == Decision.RESEND:
            decided = rows.update(
                state=Delivery.State.PENDING,
                reason=Delivery.Reason.BY_PERSON,
                claim=None,
                next_attempt_at=now,
            )
        else:
            decided = rows.update(state=decision, reason=Delivery.Reason.BY_PERSON, settled_at=now)
        record(
            action="campaigns.resolved_unknown",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={
                "decision": decision,
                "count": decided,
                "deliveries": sorted(str(key) for key in delivery_ids or ())[:1000],
            },
        )
        tell(edition.id)
        enqueue("campaigns.tick")
    return decided
