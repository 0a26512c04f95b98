"""Stakeholders as pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, NotFoundError
from comms.directory import policies
from comms.directory.models import Consent, ContactPoint, Stakeholder
from comms.directory.selectors.filters import StakeholderFilter, matching

_CONTACTS = Prefetch("contact_points", ContactPoint.objects.order_by("channel", "position", "id"))


def require_view(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may see the directory."""
    if not policies.can_view_directory(actor):
        raise ForbiddenError(_("Your roles in this workspace do not include the directory."))


def list_stakeholders(actor: Actor, question: StakeholderFilter) -> QuerySet[Stakeholder]:
    """Those that fit, by name, with their addresses and open lawful bases."""
    require_view(actor)
    return (
        matching(question)
        .order_by("sort_name", "id")
        .prefetch_related(
            _CONTACTS,
            Prefetch("consents", Consent.objects.filter(withdrawn_at=None)),
        )
    )


def get_stakeholder(actor: Actor, stakeholder_id: uuid.UUID) -> Stakeholder:
    """The stakeholder, archived or not. Raises NotFoundError."""
    require_view(actor)
    found = (
        Stakeholder.objects.filter(workspace_id=actor.workspace_id, id=stakeholder_id)
        .prefetch_related(_CONTACTS, Prefetch("consents", Consent.objects.order_by("-recorded_at")))
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such stakeholder in this workspace."))
    return found


def get_contact_point(
    actor: Actor, stakeholder_id: uuid.UUID, contact_point_id: uuid.UUID
) -> ContactPoint:
    """One address of that stakeholder. Raises NotFoundError."""
    require_view(actor)
    found = (
        ContactPoint.objects.select_related("stakeholder")
        .filter(
            workspace_id=actor.workspace_id,
            stakeholder_id=stakeholder_id,
            id=contact_point_id,
        )
        .first()
    )
    if found is None:
        raise NotFoundError(_("This stakeholder has no such address."))
    return found


def get_consent(actor: Actor, stakeholder_id: uuid.UUID, consent_id: uuid.UUID) -> Consent:
    """One lawful basis of that stakeholder. Raises NotFoundError."""
    require_view(actor)
    found = Consent.objects.filter(
        workspace_id=actor.workspace_id, stakeholder_id=stakeholder_id, id=consent_id
    ).first()
    if found is None:
        raise NotFoundError(_("This stakeholder has no such lawful basis."))
    return found


def names_of(stakeholder_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names by id, archived ones too; ids of other workspaces are left out. Inside `in_workspace`."""
    rows = Stakeholder.objects.filter(id__in=list(stakeholder_ids)).only(
        "id", "workspace_id", "name"
    )
    return {row.id: row.name for row in rows}
