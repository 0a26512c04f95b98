"""Four eyes: submission freezes, a second person approves exactly what was frozen, any edit voids it."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comms.campaigns import policies
from comms.campaigns.models import Approval, Delivery, Edition
from comms.campaigns.services.editions import to_draft
from comms.campaigns.services.events import tell
from comms.campaigns.services.freezing import freeze_recipients, freeze_variants
from comms.campaigns.services.hashing import edition_hash
from comms.campaigns.services.loading import lock_edition, require, require_state
from comms.campaigns.services.readiness import require_renderable, sendable_cells
from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

_S = Edition.State


@dataclass(frozen=True, slots=True)
class Submission:
    """What was frozen: all recipients, and how many of them will get a message."""

    edition: Edition
    total: int
    sendable: int


def submit_for_review(*, actor: Actor, edition_id: uuid.UUID) -> Submission:
    """Freeze texts, audience and schedule, and ask for approval.

    Raises ForbiddenError, NotFoundError, ConflictError unless it is a draft, and InvalidError when it
    can't be sent as it is: a text is missing or wrong, someone has no text in a language of theirs and the
    fallback isn't accepted, a value is missing, nobody would get anything.
    """
    require(policies.can_write(actor), _("Your roles do not include submitting editions."))
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, _S.DRAFT)
        audience_ids = list(
            edition.audiences.order_by("rank", "id").values_list("audience_id", flat=True)
        )
        if not audience_ids:
            raise InvalidError(_("Choose at least one audience."), field="audiences")
        if edition.send_at is not None and edition.send_at < timezone.now():
            raise InvalidError(_("The moment to send has passed: choose another."), field="send_at")
        template = edition.campaign.template
        cells = sendable_cells(template, edition)
        variants = freeze_variants(edition, [cell.variant for cell in cells if cell.variant])
        authors = {actor.user_id, *edition.authors}
        for cell in cells:
            if cell.variant is not None:
                authors.update(cell.variant.authors)
        edition.authors = sorted(authors)
        edition.workspace_name = edition.workspace.name
        edition.save(update_fields=["authors", "workspace_name"])
        total = freeze_recipients(
            edition,
            audience_ids=audience_ids,
            text_audience_ids=[
                audience_id
                for audience_id in {cell.column.audience_id for cell in cells}
                if audience_id is not None
            ],
            purpose=template.purpose,
        )
        _require_complete(edition)
        require_renderable(edition, variants)
        rows = Delivery.objects.filter(edition=edition)
        sendable = rows.filter(state=Delivery.State.PENDING).count()
        if not sendable:
            raise InvalidError(
                _("Nobody in these audiences can be written to: see why on the check page."),
                field="audiences",
            )
        edition.starts_at = rows.filter(state=Delivery.State.PENDING).aggregate(
            first=Min("due_at")
        )["first"]
        edition.frozen_hash = edition_hash(edition)
        edition.frozen_at = timezone.now()
        edition.frozen_total = total
        edition.state = _S.IN_REVIEW
        edition.save()
        record(
            action="campaigns.submitted_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={
                "hash": edition.frozen_hash.hex(),
                "recipients": total,
                "sendable": sendable,
            },
        )
        tell(edition.id)
    return Submission(edition, total, sendable)


def approve_edition(
    *, actor: Actor, edition_id: uuid.UUID, expected_hash: bytes, note: str = ""
) -> Approval:
    """Say yes to exactly what `expected_hash` covers: the hash that the approver's page showed.

    Raises ForbiddenError for anyone without the role or with a hand in it, ConflictError when it changed
    meanwhile, NotFoundError.
    """
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require(policies.can_approve(actor), _("Your roles do not include approving editions."))
        if not policies.can_approve_edition(actor, edition):
            raise ForbiddenError(
                _("You wrote or changed part of this edition, so somebody else has to approve it.")
            )
        require_state(edition, _S.IN_REVIEW)
        frozen = bytes(edition.frozen_hash or b"")
        if not hmac.compare_digest(frozen, expected_hash):
            raise ConflictError(
                _("The edition was changed since you opened this page. Read it again, then decide.")
            )
        if not hmac.compare_digest(edition_hash(edition), frozen):
            raise ConflictError(
                _("What is stored no longer matches what was submitted. Have it submitted again.")
            )
        approval = Approval.objects.create(
            workspace_id=actor.workspace_id,
            edition=edition,
            hash=frozen,
            approver_id=actor.user_id,
            authors=edition.authors,
            note=_note(note),
        )
        edition.state = _S.APPROVED
        edition.save(update_fields=["state"])
        record(
            action="campaigns.approved_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={"hash": frozen.hex(), "note": approval.note},
        )
        tell(edition.id)
    return approval


def reject_edition(*, actor: Actor, edition_id: uuid.UUID, note: str) -> Edition:
    """Send it back to its authors with the reason. Raises ForbiddenError, NotFoundError, ConflictError."""
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require(policies.can_approve(actor), _("Your roles do not include approving editions."))
        require_state(edition, _S.IN_REVIEW, _S.APPROVED, _S.SCHEDULED)
        reason = _note(note)
        if not reason:
            raise InvalidError(_("Say what should be changed."), field="note")
        before = bytes(edition.frozen_hash or b"").hex()
        to_draft(edition)
        record(
            action="campaigns.rejected_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
            details={"hash": before, "note": reason},
        )
        tell(edition.id)
    return edition


def reopen_edition(*, actor: Actor, edition_id: uuid.UUID) -> Edition:
    """Take it back for changes; an approval is void. Raises ForbiddenError, NotFoundError, ConflictError."""
    require(policies.can_write(actor), _("Your roles do not include writing editions."))
    with in_workspace(actor.workspace_id):
        edition = lock_edition(actor, edition_id)
        require_state(edition, _S.IN_REVIEW, _S.APPROVED, _S.SCHEDULED)
        to_draft(edition)
        record(
            action="campaigns.reopened_edition",
            actor=actor,
            subject_type="edition",
            subject_id=edition.id,
        )
        tell(edition.id)
    return edition


def _require_complete(edition: Edition) -> None:
    """Nobody who could be written to lacks a text."""
    lacking = Delivery.objects.filter(edition=edition, reason=Delivery.Reason.NO_VARIANT).aggregate(
        count=Count("id")
    )["count"]
    if lacking:
        raise InvalidError(
            ngettext(
                "%(count)s recipient has no text in a language of theirs. Write it, or accept the "
                "fallback language for this edition.",
                "%(count)s recipients have no text in a language of theirs. Write it, or accept the "
                "fallback language for this edition.",
                lacking,
            )
            % {"count": localize(lacking)},
            field="fallback",
        )


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > 300:
        raise InvalidError(_("Keep the note to 300 characters."), field="note")
    return note
