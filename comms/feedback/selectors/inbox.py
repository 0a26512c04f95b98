"""The inbox: open cases by urgency and deadline, a page at a time, and how many there are of each state."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from comms.core.actors import Actor
from comms.feedback.models import WAITING, Case, CaseState, Category, Form
from comms.feedback.selectors.doors import require_look

PAGE_SIZE = 50
NEVER: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""Stands in the place of a due time where nothing was promised: after all others."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_KEY = struct.Struct(">BqI16s")


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What of the inbox is wanted; what is left empty doesn't narrow it.

    Without `state`: every case that is not closed. `owner`: a member, or `NOBODY`.
    """

    state: CaseState | None = None
    form_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    unowned: bool = False
    category_id: uuid.UUID | None = None
    urgency: int | None = None
    overdue: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the state is asked for."""
        return self != InboxFilter(state=self.state)


@dataclass(frozen=True, slots=True)
class InboxPage:
    """A part of the inbox. `newer` and `older` are cursors for `_cursor.html`, or empty."""

    cases: Sequence[Case]
    newer: str
    older: str


def page_of_inbox(
    actor: Actor, wanted: InboxFilter, cursor: str, *, size: int = PAGE_SIZE
) -> InboxPage:
    """The part that `cursor` asks for: the most urgent first, then what is due first, then the oldest day.

    A cursor that is none of ours gives the beginning. Nothing is counted, and a case that arrives or moves
    doesn't shift the others from page to page. Raises ForbiddenError.
    """
    rows = _narrowed(_cases(actor), wanted).annotate(due=Coalesce("due_at", Value(NEVER)))
    direction, key = _read(cursor)
    if direction == "n" and key:
        back = rows.filter(_beyond(key, "gt", "lt"))
        found = list(back.order_by("-urgency", "-due", "-received_on", "-pk")[: size + 1])
        shown, more_newer, more_older = found[:size][::-1], len(found) > size, True
    else:
        if key:
            rows = rows.filter(_beyond(key, "lt", "gt"))
        found = list(rows.order_by("urgency", "due", "received_on", "pk")[: size + 1])
        shown, more_newer, more_older = found[:size], key is not None, len(found) > size
    return InboxPage(
        shown,
        newer=_written("n", shown[0]) if shown and more_newer else "",
        older=_written("o", shown[-1]) if shown and more_older else "",
    )


def list_titles(actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Every form with what it is called, by name, for a filter. Raises ForbiddenError."""
    require_look(actor)
    rows = Form.objects.filter(workspace_id=actor.workspace_id).only("id", "workspace_id", "title")
    return sorted(((row.id, row.title) for row in rows), key=lambda one: one[1].casefold())


def list_offered_categories(actor: Actor) -> list[Category]:
    """The entries of the codebook that are not retired, by name. Raises ForbiddenError."""
    require_look(actor)
    found = Category.objects.filter(workspace_id=actor.workspace_id, retired_at=None)
    return sorted(found, key=lambda one: one.name.casefold())


def count_by_state(actor: Actor, wanted: InboxFilter) -> dict[CaseState, int]:
    """How many cases of each state fit the rest of the filter. Raises ForbiddenError."""
    rows = _fitting(_cases(actor), replace(wanted, state=None))
    counted = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    return {state: counted.get(state, 0) for state in CaseState}


def _cases(actor: Actor) -> QuerySet[Case]:
    require_look(actor)
    return (
        Case.objects.filter(workspace_id=actor.workspace_id)
        .select_related("submission", "form", "category")
        .defer("submission__content", "submission__open_answers", "form__draft")
    )


def _narrowed(rows: QuerySet[Case], wanted: InboxFilter) -> QuerySet[Case]:
    if wanted.state is None:
        rows = rows.exclude(state=CaseState.CLOSED)
    return _fitting(rows, wanted)


def _fitting(rows: QuerySet[Case], wanted: InboxFilter) -> QuerySet[Case]:
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state)
    if wanted.form_id:
        rows = rows.filter(form_id=wanted.form_id)
    if wanted.owner_id:
        rows = rows.filter(owner_id=wanted.owner_id)
    if wanted.unowned:
        rows = rows.filter(owner_id=None)
    if wanted.category_id:
        rows = rows.filter(category_id=wanted.category_id)
    if wanted.urgency:
        rows = rows.filter(urgency=wanted.urgency)
    if wanted.overdue:
        rows = rows.filter(due_at__lte=timezone.now()).filter(state__in=WAITING)
    return rows


class _Key(NamedTuple):
    """Where a case stands in the order of the inbox."""

    urgency: int
    due: dt.datetime
    received_on: dt.date
    pk: uuid.UUID


def _beyond(key: _Key, before: str, after: str) -> Q:
    """What stands `after` the case in the order of the inbox; with both turned round, before it."""
    met = Q()
    beyond = Q(**{f"urgency__{after}": key.urgency})
    for name in ("urgency", "due", "received_on"):
        met &= Q(**{name: getattr(key, name)})
        following = _AFTER[name]
        beyond |= met & Q(**{f"{following}__{after}": getattr(key, following)})
    # The first part says nothing new, but it is what narrows the rows that are looked at.
    return ~Q(**{f"urgency__{before}": key.urgency}) & beyond


_AFTER = {"urgency": "due", "due": "received_on", "received_on": "pk"}


def _written(direction: str, case: Case) -> str:
    since = (case.due_at or NEVER) - _EPOCH
    packed = _KEY.pack(
        case.urgency,
        since // dt.timedelta(microseconds=1),
        case.received_on.toordinal(),
        case.pk.bytes,
    )
    return direction + base64.urlsafe_b64encode(packed).decode()


def _read(cursor: str) -> tuple[str, _Key | None]:
    try:
        packed = base64.b64decode(cursor[1:], altchars=b"-_", validate=True)
        urgency, micros, day, pk = _KEY.unpack(packed)
        due = _EPOCH + dt.timedelta(microseconds=micros)
        return cursor[:1], _Key(urgency, due, dt.date.fromordinal(day), uuid.UUID(bytes=pk))
    except (ValueError, OverflowError, struct.error, binascii.Error):
        return "", None
