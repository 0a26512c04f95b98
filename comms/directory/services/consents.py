"""Lawful bases: recording and ending them."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.core.tenancy import in_workspace
from comms.directory import selectors
from comms.directory.models import Basis, Consent, Purpose, Stakeholder
from comms.directory.models.scope import open_workspace_id
from comms.directory.services.stakeholders import require_edit
from comms.ledger.services import record

SOURCE_LENGTH = 300


def check_basis(*, purpose: str, basis: str, source: str, given_at: date | None) -> None:
    """Raise InvalidError, naming the field, unless this can be recorded."""
    if purpose not in Purpose.values:
        raise InvalidError(_("Choose what the data is used for."), field="purpose")
    if basis not in Basis.values:
        raise InvalidError(_("Choose the lawful basis."), field="basis")
    if not 3 <= len(source.strip()) <= SOURCE_LENGTH:
        raise InvalidError(
            _(
                "Say in 3 to %(most)d characters where it comes from, such as “Diplomatic list, May 2026”."
            )
            % {"most": SOURCE_LENGTH},
            field="source",
        )
    if given_at is None or given_at > timezone.localdate():
        raise InvalidError(
            _("Give the day since when it holds; not in the future."), field="given_at"
        )


def record_consent(
    *,
    actor: Actor,
    stakeholder_id: uuid.UUID,
    purpose: str,
    basis: str,
    source: str,
    given_at: date,
) -> Consent:
    """A lawful basis that holds from now on. Raises ConflictError while another for the purpose holds."""
    require_edit(actor)
    check_basis(purpose=purpose, basis=basis, source=source, given_at=given_at)
    with in_workspace(actor.workspace_id):
        selectors.get_stakeholder(actor, stakeholder_id)
        Stakeholder.objects.select_for_update(no_key=True).get(id=stakeholder_id)
        if Consent.objects.filter(
            stakeholder_id=stakeholder_id, purpose=purpose, withdrawn_at=None
        ).exists():
            raise ConflictError(
                _(
                    "A lawful basis for this purpose is recorded already. End it before another begins."
                ),
                field="purpose",
            )
        consent = Consent.objects.create(
            workspace_id=actor.workspace_id,
            stakeholder_id=stakeholder_id,
            purpose=purpose,
            basis=basis,
            source=source.strip(),
            given_at=given_at,
            recorded_by=actor.user_id,
        )
        record(
            action="directory.recorded_consent",
            actor=actor,
            subject_type="stakeholder",
            subject_id=stakeholder_id,
            details={"purpose": purpose, "basis": basis},
        )
    return consent


def withdraw_consent(
    *,
    stakeholder_id: uuid.UUID,
    purpose: str = Purpose.UPDATES,
    how: str,
    actor: Actor | None = None,
) -> bool:
    """End the lawful basis for a purpose, at once; False when none was open.

    `how` says how they told us ("unsubscribe link", "by telephone"). Without an actor the stakeholder did
    it. An objection to another basis than consent (GDPR Article 21) is the same act. Inside `in_workspace`.
    """
    if actor is not None:
        require_edit(actor)
    if not 3 <= len(how.strip()) <= SOURCE_LENGTH:
        raise InvalidError(
            _("Say in 3 to %(most)d characters how they told you.") % {"most": SOURCE_LENGTH},
            field="how",
        )
    with transaction.atomic():
        consent = (
            Consent.objects.select_for_update()
            .filter(
                workspace_id=open_workspace_id(),
                stakeholder_id=stakeholder_id,
                purpose=purpose,
                withdrawn_at=None,
            )
            .first()
        )
        if consent is None:
            return False
        consent.withdrawn_at = timezone.now()
        consent.withdrawn_by = actor.user_id if actor else None
        consent.withdrawn_how = how.strip()
        consent.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_how"])
        record(
            action="directory.withdrew_consent",
            actor=actor,
            subject_type="stakeholder",
            subject_id=stakeholder_id,
            details={"purpose": purpose, "basis": consent.basis},
        )
    return True
