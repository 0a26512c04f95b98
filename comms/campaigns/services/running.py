"""Steering an approved edition: schedule, pause, resume, cancel, hold, release."""

from __future__ import annotations

import uuid

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.campaigns import policies
from comms.campaigns.models import Edition
from comms.campaigns.services.events import tell
from comms.campaigns.services.loading import lock_edition, require, require_state
from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.jobs import enqueue
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

_S = Edition.State


def schedule_edition(*, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """Put an approved edition on the clock: it goes out when it is due, at once if that has passed.

    Raises ForbiddenError, NotFoundError, ConflictError unless it is approved.
    """
    _require_writer(actor)
    with in_workspace(actor.workspace_id):
        edition = _move(
            actor, edition_id, (_S.APPROVED,), _S.SCHEDULED, "campaigns.scheduled_edition"
        )
        enqueue("campaigns.tick")
    return edition


def pause_edition(*, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """Stop sending within two seconds; what a server has already taken stays sent.

    Raises ForbiddenError, NotFoundError, ConflictError unless it is sending.
    """
    _require_writer(actor)
    with in_workspace(actor.workspace_id):
        return _move(actor, edition_id, (_S.SENDING,), _S.PAUSED, "campaigns.paused_edition")


def resume_edition(*, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """Go on where it stopped. Raises ForbiddenError, NotFoundError, ConflictError unless it is paused."""
    _require_writer(actor)
    with in_workspace(actor.workspace_id):
        edition = _move(actor, edition_id, (_S.PAUSED,), _S.SENDING, "campaigns.resumed_edition")
        enqueue("campaigns.tick")
    return edition


def cancel_edition(*, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """End it for good: nothing more goes out; what was sent stays sent, unknowns stay unknown.

    Raises ForbiddenError, NotFoundError, ConflictError when it is completed or cancelled already.
    """
    _require_writer(actor)
    with in_workspace(actor.workspace_id):
        edition = _move(
            actor,
            edition_id,
            tuple(state for state in _S if state not in {_S.COMPLETED, _S.CANCELLED}),
            _S.CANCELLED,
            "campaigns.cancelled_edition",
        )
        cancel_waiting(edition.id)
    return edition


def hold_edition(*, actor: Actor, edition_id: uuid.UUID, reason: str) -> Edition:
    """Stop it wherever it is, within two seconds, until someone releases it.

    Raises ForbiddenError, NotFoundError, InvalidError without a reason, ConflictError when it has ended.
    """
    require(policies.can_hold(actor), _("Your roles do not include holding editions."))
    why = " ".join(reason.split())
    if not 1 <= len(why) <= 300:
        raise InvalidError(_("Say why, in at most 300 characters."), field="reason")
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, *(s for s in _S if s not in {_S.HELD, _S.COMPLETED, _S.CANCELLED}))
        edition.held_from, edition.state, edition.hold_reason = edition.state, _S.HELD, why
        edition.save(update_fields=["held_from", "state", "hold_reason"])
        _record(actor, edition, "campaigns.held_edition", {"reason": why})
    return edition


def release_edition(*, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """Lift the hold; it goes on from where it was held. Raises ForbiddenError, NotFoundError, ConflictError."""
    require(policies.can_release(actor), _("Only an administrator or an approver can lift a hold."))
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, _S.HELD)
        edition.state, edition.held_from, edition.hold_reason = edition.held_from, "", ""
        edition.save(update_fields=["held_from", "state", "hold_reason"])
        _record(actor, edition, "campaigns.released_edition", {"to": edition.state})
        enqueue("campaigns.tick")
    return edition


def cancel_waiting(edition_id: uuid.UUID) -> int:
    """Cancel every message of the edition that waits; those in a sender's hands follow when it lets go."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_delivery SET state = 'cancelled', reason = 'cancelled', "
            "next_attempt_at = NULL, settled_at = now() "
            "WHERE edition_id = %s AND state IN ('pending', 'deferred')",
            [edition_id],
        )
        return int(cursor.rowcount)


def _require_writer(actor: Actor) -> None:
    require(policies.can_write(actor), _("Your roles do not include steering editions."))


def _move(
    actor: Actor, edition_id: uuid.UUID, sources: tuple[str, ...], target: str, action: str
) -> Edition:
    edition = lock_edition(actor, edition_id)
    require_state(edition, *sources)
    before = edition.state
    edition.state, edition.held_from = target, ""
    if target == _S.CANCELLED:
        edition.finished_at = timezone.now()
    edition.save(update_fields=["state", "held_from", "finished_at"])
    _record(actor, edition, action, {"was": before})
    return edition


def _record(actor: Actor, edition: Edition, action: str, details: dict[str, object]) -> None:
    record(
        action=action,
        actor=actor,
        subject_type="edition",
        subject_id=edition.id,
        details=details,
    )
    tell(edition.id)
