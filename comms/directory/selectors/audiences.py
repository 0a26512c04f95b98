"""Audiences: which there are, and whom they reach."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count, Prefetch, Q, QuerySet, UUIDField, Value
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.directory.models import Audience, ContactPoint, Stakeholder
from comms.directory.models.scope import open_workspace_id
from comms.directory.selectors.filters import filter_from_json, matching
from comms.directory.selectors.stakeholders import require_view


def list_audiences(actor: Actor) -> list[Audience]:
    """Every audience that is not archived, by name."""
    require_view(actor)
    return list(
        Audience.objects.filter(workspace_id=actor.workspace_id, archived_at=None).order_by("name")
    )


def get_audience(actor: Actor, audience_id: uuid.UUID) -> Audience:
    """The audience, archived or not. Raises NotFoundError."""
    require_view(actor)
    found = Audience.objects.filter(workspace_id=actor.workspace_id, id=audience_id).first()
    if found is None:
        raise NotFoundError(_("There is no such audience in this workspace."))
    return found


def stakeholders_of(audience: Audience) -> QuerySet[Stakeholder]:
    """Whom it reaches now, unordered. Inside `in_workspace`."""
    if audience.is_picked:
        return Stakeholder.objects.filter(
            workspace_id=open_workspace_id(),
            archived_at=None,
            id__in=audience.members.values("stakeholder_id"),
        )
    return matching(filter_from_json(audience.filters))


def audience_queryset(audience_ids: Collection[uuid.UUID]) -> QuerySet[Stakeholder]:
    """Everyone in at least one of these audiences, once, unordered. Inside `in_workspace`.

    Raises NotFoundError when an id is not an audience of the open workspace.
    """
    return reached_by(load_audiences(audience_ids))


def reached_by(audiences: Iterable[Audience]) -> QuerySet[Stakeholder]:
    """The same for audiences that `load_audiences` gave."""
    condition = Q(pk__in=[])
    for audience in audiences:
        condition |= Q(pk__in=stakeholders_of(audience).values("pk"))
    return Stakeholder.objects.filter(condition, workspace_id=open_workspace_id())


def load_audiences(audience_ids: Collection[uuid.UUID]) -> list[Audience]:
    """These audiences, the most specific first. Raises NotFoundError unless all exist here.

    Order: picked by hand, then the more of the four lists it narrows, then the older one.
    """
    wanted = set(audience_ids)
    found = list(Audience.objects.filter(workspace_id=open_workspace_id(), id__in=wanted))
    if len(found) != len(wanted):
        raise NotFoundError(_("One of the audiences does not exist in this workspace."))
    return by_specificity(found)


def by_specificity(audiences: Sequence[Audience]) -> list[Audience]:
    """The most specific first (see `load_audiences`)."""
    return sorted(
        audiences,
        key=lambda audience: (
            not audience.is_picked,
            -filter_from_json(audience.filters).dimensions,
            audience.created_at,
            audience.id,
        ),
    )


def audience_ids_by_stakeholder(
    audience_ids: Collection[uuid.UUID], stakeholder_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[uuid.UUID]]:
    """For each of the stakeholders the audiences it belongs to, the most specific first; one query for
    each audience. For a preview; a freeze uses `sendable`, which does it in one statement.
    """
    belongs: dict[uuid.UUID, list[uuid.UUID]] = {key: [] for key in stakeholder_ids}
    for audience in load_audiences(audience_ids):
        members = (
            stakeholders_of(audience).filter(pk__in=list(belongs)).values_list("pk", flat=True)
        )
        for member in members:
            belongs[member].append(audience.id)
    return belongs


def audiences_page(actor: Actor) -> QuerySet[Audience]:
    """Every audience that is not archived, by name, for a page of them."""
    require_view(actor)
    return Audience.objects.filter(workspace_id=actor.workspace_id, archived_at=None).order_by(
        "name", "id"
    )


def members_of(actor: Actor, audience: Audience) -> QuerySet[Stakeholder]:
    """Who is in it now, by name, with their addresses."""
    require_view(actor)
    return (
        stakeholders_of(audience)
        .order_by("sort_name", "id")
        .prefetch_related(
            Prefetch("contact_points", ContactPoint.objects.order_by("channel", "position", "id"))
        )
    )


def audience_sizes(audiences: Sequence[Audience]) -> dict[uuid.UUID, int]:
    """How many each reaches now; one query for all. Inside `in_workspace`."""
    if not audiences:
        return {}
    counts = [
        stakeholders_of(audience)
        .order_by()
        .values(audience_id=Value(audience.id, output_field=UUIDField()))
        .annotate(size=Count("pk"))
        for audience in audiences
    ]
    rows = counts[0].union(*counts[1:], all=True) if len(counts) > 1 else counts[0]
    sizes = {audience.id: 0 for audience in audiences}
    sizes.update({row["audience_id"]: row["size"] for row in rows})
    return sizes
