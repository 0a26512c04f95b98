"""Addresses: adding and removing them, and stopping what is sent to them."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.directory import policies, selectors
from comms.directory.facts.mailboxes import mailbox_of
from comms.directory.facts.phones import phone_of
from comms.directory.models import (
    Channel,
    ContactPoint,
    ContactState,
    Stakeholder,
    Suppression,
    SuppressionReason,
)
from comms.directory.models.scope import open_workspace_id
from comms.directory.models.search import address_index_of
from comms.directory.services.stakeholders import require_edit
from comms.ledger.services import record

MOST_CONTACT_POINTS = 20
_POST_LENGTH = 500


def canonical_address(channel: str, address: str, *, country: str = "") -> str:
    """The address as it is kept. Raises InvalidError saying what is wrong with it.

    `country` is where a telephone number without + is read.
    """
    if channel == Channel.EMAIL:
        found = mailbox_of(address)
        if not found:
            raise InvalidError(
                _("Write one whole e-mail address, such as desk@example.org."), field="address"
            )
        return found
    if channel == Channel.PHONE:
        found = phone_of(address, country)
        if not found:
            raise InvalidError(
                _("Write the telephone number with its country code, such as +353 1 555 0100."),
                field="address",
            )
        return found
    if channel == Channel.POST:
        text = "\n".join(line.strip() for line in address.splitlines() if line.strip())
        if not text or len(text) > _POST_LENGTH or "\x00" in text:
            raise InvalidError(
                _("Write a postal address of at most %(most)d characters.")
                % {"most": _POST_LENGTH},
                field="address",
            )
        return text
    raise InvalidError(_("Choose the kind of address."), field="channel")


def add_contact_point(
    *, actor: Actor, stakeholder_id: uuid.UUID, channel: str, address: str, label: str = ""
) -> ContactPoint:
    """A further address, last in its channel. One that was stopped before is stopped still.

    Raises InvalidError for a wrong address, ConflictError for one that is somebody's already.
    """
    require_edit(actor)
    with in_workspace(actor.workspace_id):
        stakeholder = selectors.get_stakeholder(actor, stakeholder_id)
        if len(stakeholder.contact_points.all()) >= MOST_CONTACT_POINTS:
            raise InvalidError(
                _("A stakeholder can have %(most)d addresses; remove one first.")
                % {"most": MOST_CONTACT_POINTS},
                field="address",
            )
        if len(label) > 60:
            raise InvalidError(_("Shorten the label to 60 characters."), field="label")
        kept = canonical_address(channel, address, country=stakeholder.country)
        _refuse_taken(stakeholder, channel, kept)
        point = build_contact_point(stakeholder, channel, kept, label=label)
        point.position = sum(
            1 for other in stakeholder.contact_points.all() if other.channel == channel
        )
        try:
            with transaction.atomic():
                point.save(force_insert=True)
        except IntegrityError as error:
            raise ConflictError(
                _("Somebody has just added this address."), field="address"
            ) from error
        record(
            action="directory.added_contact_point",
            actor=actor,
            subject_type="stakeholder",
            subject_id=stakeholder.id,
            details={"channel": channel, "contact_point": str(point.id)},
        )
    return point


def build_contact_point(
    stakeholder: Stakeholder, channel: str, address: str, *, label: str = ""
) -> ContactPoint:
    """An unsaved address that carries over a standing suppression. One query; imports do it in batches."""
    point = ContactPoint(
        workspace_id=stakeholder.workspace_id,
        stakeholder=stakeholder,
        channel=channel,
        address=address,
        label=label,
    )
    standing = Suppression.objects.filter(
        workspace_id=stakeholder.workspace_id,
        channel=channel,
        address_index=address_index_of(address),
        lifted_at=None,
    ).first()
    if standing is not None:
        point.suppressed_at, point.suppressed_reason = standing.at, standing.reason
    return point


def _refuse_taken(stakeholder: Stakeholder, channel: str, address: str) -> None:
    same = ContactPoint.objects.select_related("stakeholder").filter(
        workspace_id=stakeholder.workspace_id,
        channel=channel,
        address_index=address_index_of(address),
    )
    for other in same:
        if other.stakeholder_id == stakeholder.id:
            raise ConflictError(_("This address is here already."), field="address")
        if channel == Channel.EMAIL:
            raise ConflictError(
                _(
                    "This address belongs to %(name)s already. One e-mail address belongs to one "
                    "stakeholder, so that nobody gets a message twice."
                )
                % {"name": other.stakeholder.name},
                field="address",
            )


def remove_contact_point(
    *, actor: Actor, stakeholder_id: uuid.UUID, contact_point_id: uuid.UUID
) -> None:
    """Forget an address. If it was stopped, it stays stopped should it ever be added again."""
    require_edit(actor)
    with in_workspace(actor.workspace_id):
        point = selectors.get_contact_point(actor, stakeholder_id, contact_point_id)
        ContactPoint.objects.filter(
            stakeholder_id=stakeholder_id, channel=point.channel, position__gt=point.position
        ).update(position=F("position") - 1)
        point.delete()
        record(
            action="directory.removed_contact_point",
            actor=actor,
            subject_type="stakeholder",
            subject_id=stakeholder_id,
            details={"channel": point.channel, "contact_point": str(contact_point_id)},
        )


def suppress_contact_point(
    *, contact_point_id: uuid.UUID, reason: SuppressionReason, actor: Actor | None = None
) -> bool:
    """Send nothing more to this address; False when it was stopped already (the first reason stays).

    Without an actor the system does it, after a bounce, a complaint or an unsubscription. Inside
    `in_workspace`. Raises NotFoundError for an address that is not of this workspace.
    """
    if actor is not None:
        require_edit(actor)
    with transaction.atomic():
        point = _locked(contact_point_id)
        if point.suppressed_at is not None:
            return False
        now = timezone.now()
        by = actor.user_id if actor else None
        Suppression.objects.create(
            workspace_id=point.workspace_id,
            channel=point.channel,
            address_index=point.address_index,
            reason=reason,
            at=now,
            by=by,
        )
        # Shared telephone numbers and buildings: stopped for one is stopped for all.
        _same_address(point).update(suppressed_at=now, suppressed_reason=reason)
        record(
            action="directory.suppressed_contact_point",
            actor=actor,
            subject_type="stakeholder",
            subject_id=point.stakeholder_id,
            details={"contact_point": str(point.id), "reason": str(reason)},
        )
    return True


def lift_suppression(
    *, actor: Actor, stakeholder_id: uuid.UUID, contact_point_id: uuid.UUID, because: str
) -> None:
    """Allow sending to this address again. A human act: it needs a reason, which is kept."""
    if not policies.can_lift_suppressions(actor):
        raise ForbiddenError(
            _("Only administrators and editors may allow sending to a stopped address again.")
        )
    because = because.strip()
    if not 10 <= len(because) <= 500:
        raise InvalidError(
            _("Say in 10 to 500 characters why sending to it is right again; it is kept."),
            field="because",
        )
    with in_workspace(actor.workspace_id):
        selectors.get_contact_point(actor, stakeholder_id, contact_point_id)
        point = _locked(contact_point_id)
        if point.suppressed_at is None:
            raise ConflictError(_("Nothing stops sending to this address."))
        standing = Suppression.objects.get(
            workspace_id=point.workspace_id,
            channel=point.channel,
            address_index=point.address_index,
            lifted_at=None,
        )
        standing.lifted_at = timezone.now()
        standing.lifted_by = actor.user_id
        standing.lifted_because = because
        standing.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
        _same_address(point).update(suppressed_at=None, suppressed_reason="", state=ContactState.OK)
        record(
            action="directory.lifted_suppression",
            actor=actor,
            subject_type="stakeholder",
            subject_id=stakeholder_id,
            details={
                "contact_point": str(point.id),
                "reason": standing.reason,
                "because": because,
            },
        )


def set_contact_state(*, contact_point_id: uuid.UUID, state: ContactState) -> None:
    """Note what the last mail to an address met. Inside `in_workspace`."""
    ContactPoint.objects.filter(workspace_id=open_workspace_id(), id=contact_point_id).update(
        state=state
    )


def _locked(contact_point_id: uuid.UUID) -> ContactPoint:
    point = (
        ContactPoint.objects.select_for_update()
        .filter(workspace_id=open_workspace_id(), id=contact_point_id)
        .first()
    )
    if point is None:
        raise NotFoundError(_("There is no such address in this workspace."))
    return point


def _same_address(point: ContactPoint) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(
        workspace_id=point.workspace_id, channel=point.channel, address_index=point.address_index
    )
