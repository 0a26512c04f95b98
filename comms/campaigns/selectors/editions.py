"""Occasions of campaigns."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from comms.campaigns.models import Approval, Edition
from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.ledger.selectors import latest_acts_on

_REJECTED = "campaigns.rejected_edition"


def list_editions(
    actor: Actor,
    *,
    states: Sequence[str] = (),
    campaign_id: uuid.UUID | None = None,
    search: str = "",
) -> QuerySet[Edition]:
    """The workspace's editions, the newest first, narrowed by state, campaign and words of the title."""
    rows = Edition.objects.filter(workspace_id=actor.workspace_id).select_related("campaign")
    if states:
        rows = rows.filter(state__in=states)
    if campaign_id:
        rows = rows.filter(campaign_id=campaign_id)
    if search:
        rows = rows.filter(
            Q(title__icontains=search[:100]) | Q(campaign__name__icontains=search[:100])
        )
    return rows.order_by("-created_at", "-id")


def list_editions_between(
    actor: Actor, start: datetime.datetime, end: datetime.datetime
) -> QuerySet[Edition]:
    """Editions that start in the half-open period, in order: for a calendar."""
    return (
        Edition.objects.filter(
            workspace_id=actor.workspace_id, starts_at__gte=start, starts_at__lt=end
        )
        .select_related("campaign")
        .order_by("starts_at", "id")
    )


def list_waiting_for_approval(actor: Actor) -> QuerySet[Edition]:
    """Editions in review that this person may approve, the oldest first."""
    return (
        Edition.objects.filter(workspace_id=actor.workspace_id, state=Edition.State.IN_REVIEW)
        .exclude(authors__contains=[actor.user_id])
        .select_related("campaign", "author")
        .order_by("frozen_at", "id")
    )


def list_sent_back(actor: Actor, limit: int) -> list[tuple[Edition, str]]:
    """This author's drafts that an approver sent back and nobody has submitted again, with the reason.

    Two queries; of drafts without end the newest twenty are looked at.
    """
    drafts = list(
        Edition.objects.filter(
            workspace_id=actor.workspace_id,
            state=Edition.State.DRAFT,
            authors__contains=[actor.user_id],
        ).order_by("-created_at", "-id")[:20]
    )
    acts = latest_acts_on(
        actor.workspace_id,
        [draft.id for draft in drafts],
        actions=(_REJECTED, "campaigns.submitted_edition", "campaigns.reopened_edition"),
    )
    found = []
    for draft in drafts:
        act = acts.get(draft.id)
        if act is not None and act.action == _REJECTED:
            # The details of an act may have been erased.
            found.append((draft, str((act.details or {}).get("note", ""))))
    return found[:limit]


def get_edition(actor: Actor, edition_id: uuid.UUID) -> Edition:
    """The edition with its campaign, template and author. Raises NotFoundError."""
    found = (
        Edition.objects.filter(workspace_id=actor.workspace_id, id=edition_id)
        .select_related("campaign__template", "author", "fallback_accepted_by")
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such edition in this workspace."))
    return found


def list_approvals(edition: Edition) -> list[Approval]:
    """Every approval it ever had, voided ones included, the newest first."""
    return list(
        Approval.objects.filter(edition=edition)
        .select_related("approver")
        .order_by("-created_at", "-id")
    )
