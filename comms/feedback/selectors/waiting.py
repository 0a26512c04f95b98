"""What of feedback waits for a person of the team, in one query, whatever the inbox holds."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import IntegerField, Q, Value
from django.utils import timezone

from comms.core.actors import Actor
from comms.feedback.models import WAITING, Case, CaseState
from comms.feedback.policies import can_work
from comms.feedback.selectors.doors import is_nobodys

MOST_COUNTED = 100
_DUE, _UNCLAIMED, _WRITTEN = range(3)


@dataclass(frozen=True, slots=True)
class DueCase:
    """A case whose reply is late or due soon. `owner_id` is None while nobody has taken it."""

    case_id: uuid.UUID
    form_id: uuid.UUID
    due_at: datetime.datetime
    owner_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class WaitingCases:
    """`unclaimed`: new cases that are nobody's; `written`: the actor's own to which the person wrote since.

    Both stop at `MOST_COUNTED`.
    """

    due: list[DueCase]
    unclaimed: int
    written: int


def list_waiting_cases(actor: Actor, *, within: datetime.timedelta, most: int) -> WaitingCases:
    """What is the actor's own, or nobody's. Nothing for who doesn't work on cases.

    A case whose owner has left, or may not work on cases any more, is nobody's.
    """
    if not can_work(actor):
        return WaitingCases([], 0, 0)
    cases = Case.objects.filter(workspace_id=actor.workspace_id)
    mine = Q(owner_id=actor.user_id)
    nobodys = is_nobodys(actor)
    due = cases.filter(mine | nobodys, state__in=WAITING, due_at__lte=timezone.now() + within)
    unclaimed = cases.filter(nobodys, state=CaseState.NEW)
    written = cases.filter(mine, unread__gt=0).exclude(state=CaseState.CLOSED)
    parts = [
        found.annotate(kind=Value(kind, IntegerField())).values_list(
            "kind", "pk", "form_id", "due_at", "owner_id"
        )[:limit]
        for kind, found, limit in (
            (_DUE, due.order_by("due_at", "pk"), most),
            (_UNCLAIMED, unclaimed.order_by(), MOST_COUNTED),
            (_WRITTEN, written.order_by(), MOST_COUNTED),
        )
    ]
    rows = list(parts[0].union(*parts[1:], all=True))
    kinds = [kind for kind, *_rest in rows]
    late = [
        DueCase(case_id, form_id, due_at, owner_id if owner_id == actor.user_id else None)
        for kind, case_id, form_id, due_at, owner_id in rows
        if kind == _DUE and due_at is not None
    ]
    return WaitingCases(
        sorted(late, key=lambda one: (one.due_at, one.case_id)),
        kinds.count(_UNCLAIMED),
        kinds.count(_WRITTEN),
    )
