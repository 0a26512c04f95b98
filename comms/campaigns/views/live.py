"""An edition as it is: where it stands, what goes out, what can be done now."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, member_view
from comms.accounts.selectors import names_of
from comms.campaigns import policies, selectors
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.selectors.frozen import frozen_of
from comms.campaigns.services import Decision
from comms.campaigns.views.words import what_will_happen
from comms.ledger.selectors import list_acts_on

_S = Edition.State
_SHOWN_ACTS = (
    "campaigns.created_edition",
    "campaigns.submitted_edition",
    "campaigns.approved_edition",
    "campaigns.rejected_edition",
    "campaigns.reopened_edition",
    "campaigns.scheduled_edition",
    "campaigns.paused_edition",
    "campaigns.resumed_edition",
    "campaigns.held_edition",
    "campaigns.released_edition",
    "campaigns.cancelled_edition",
    "campaigns.resolved_unknown",
    "campaigns.completed_edition",
)
_UNKNOWNS = 20


@dataclass(frozen=True)
class Act:
    """One thing that was done with an edition: by whom (empty: the system), what they wrote, when."""

    action: str
    name: str
    note: str
    at: datetime.datetime


@require_GET
@member_view()
def edition_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """The page of an edition: the composer's while it is a draft, the review's, then the live one."""
    found = selectors.get_edition(request.actor, edition)
    slug = request.workspace.slug
    if found.state == _S.IN_REVIEW:
        return redirect("campaigns:review", slug, found.id)
    history = _history(request, found)
    if found.frozen_hash is None:
        return render(
            request,
            "campaigns/draft.html",
            {
                "edition": found,
                "history": history,
                "sent_back": _sent_back(history),
                "may_write": policies.can_write(request.actor),
                "may_release": policies.can_release(request.actor),
            },
        )
    frozen = frozen_of(request.actor, found)
    return render(
        request,
        "campaigns/edition.html",
        {
            **_live(request, found),
            "frozen": frozen,
            "sentence": what_will_happen(found, frozen),
            "approvals": selectors.list_approvals(found),
            "history": history,
        },
    )


def _sent_back(history: list[Act]) -> Act | None:
    """The approver's word that it isn't good yet, while that is the last thing that happened."""
    if history and history[0].action == "campaigns.rejected_edition":
        return history[0]
    return None


def _history(request: MemberRequest, edition: Edition) -> list[Act]:
    acts = list_acts_on(request.workspace.id, edition.id, actions=_SHOWN_ACTS)
    names = names_of(act.actor_id for act in acts)
    history = []
    for act in acts:
        # The details of an act may have been erased.
        details = act.details or {}
        history.append(
            Act(
                action=act.action,
                name=names.get(act.actor_id, "") if act.actor_id else "",
                note=str(details.get("note") or details.get("reason") or ""),
                at=act.at,
            )
        )
    return history


@require_GET
@member_view()
def progress_part(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """The part of the page that changes while it sends."""
    found = selectors.get_edition(request.actor, edition)
    return render(request, "campaigns/_live.html", _live(request, found))


def _live(request: MemberRequest, edition: Edition) -> dict[str, Any]:
    progress = selectors.edition_progress(edition)
    unknown = []
    if progress.counts["unknown"]:
        rows = selectors.list_deliveries(edition, states=[Delivery.State.UNKNOWN])[:_UNKNOWNS]
        unknown = selectors.with_recipients(list(rows))
    may_write = policies.can_write(request.actor)
    state = edition.state
    due = None if edition.waits_for_release else progress.next_due_at or edition.starts_at
    return {
        # A moment that has passed says nothing: the paused and held go on when somebody says so.
        "next_due": due if due and due > timezone.now() else None,
        "edition": edition,
        "progress": progress,
        "counts": [
            (delivery_state, progress.counts[delivery_state])
            for delivery_state in Delivery.State
            if progress.counts[delivery_state]
        ],
        "unknown": unknown,
        "more_unknown": progress.counts["unknown"] - len(unknown),
        "decisions": [
            choice
            for choice in Decision
            if choice != Decision.RESEND or state in {_S.SENDING, _S.PAUSED}
        ],
        "may_write": may_write,
        "may_schedule": may_write and state == _S.APPROVED,
        "may_pause": may_write and state == _S.SENDING,
        "may_resume": may_write and state == _S.PAUSED,
        "may_reopen": may_write and state in {_S.APPROVED, _S.SCHEDULED},
        "may_cancel": may_write and state not in {_S.COMPLETED, _S.CANCELLED},
        "may_hold": policies.can_hold(request.actor)
        and state not in {_S.HELD, _S.COMPLETED, _S.CANCELLED},
        "may_release": policies.can_release(request.actor) and state == _S.HELD,
        "is_moving": state in {_S.SCHEDULED, _S.SENDING, _S.PAUSED, _S.HELD, _S.APPROVED},
    }
