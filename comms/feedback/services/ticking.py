"""What time does to forms and cases: closing, reminding once, marking once."""

from __future__ import annotations

import datetime
import uuid

from django.db.models import Q
from django.utils import timezone

from comms.accounts import selectors as accounts
from comms.core.errors import UnavailableError
from comms.core.tenancy import in_workspace
from comms.feedback import mails
from comms.feedback.models import WAITING, Case, Form
from comms.feedback.policies import WORKERS
from comms.feedback.selectors.times import times_of
from comms.feedback.services import events
from comms.ledger import services as ledger

AT_ONCE = 500
LEASE = datetime.timedelta(minutes=10)


def close_due_forms(workspace_id: uuid.UUID) -> int:
    """Close forms whose time is up; how many. They take nothing from that moment on, tick or not."""
    with in_workspace(workspace_id):
        now = timezone.now()
        due = list(
            Form.objects.select_for_update(skip_locked=True).filter(
                closes_at__lte=now, closed_at=None, archived_at=None
            )[:AT_ONCE]
        )
        for form in due:
            form.closed_at = form.closes_at
            form.save(update_fields=["closed_at"])
            ledger.record(
                action="feedback.closed_form",
                subject_type="form",
                subject_id=form.id,
                details={"title": form.title},
            )
            events.tell_form(workspace_id, form.id)
    return len(due)


def mark_overdue(workspace_id: uuid.UUID) -> int:
    """Mark cases whose time is up and tell open pages, once each; how many."""
    with in_workspace(workspace_id):
        now = timezone.now()
        due = list(
            Case.objects.select_for_update(skip_locked=True).filter(
                due_at__lte=now, overdue_at=None, state__in=WAITING
            )[:AT_ONCE]
        )
        for case in due:
            case.overdue_at = now
            case.save(update_fields=["overdue_at"])
            events.tell_case(workspace_id, case.submission_id)
    return len(due)


def remind_due(workspace_id: uuid.UUID) -> int:
    """Mail the owners of cases that are due soon, or without one everybody who may work; how many mails.

    Each case is reminded of once, and each person gets one mail however many there are. A worker takes the cases for
    ten minutes and marks them when the mails are out: if it is killed meanwhile, the next one reminds of them, and
    only then may somebody get the same mail twice.
    """
    until = timezone.now() + LEASE
    claimed = _claim(workspace_id, until)
    if not claimed:
        return 0
    workers = accounts.list_mailable(workspace_id, WORKERS)
    told: set[uuid.UUID] = set()
    wanted = {
        person.user_id: person
        for owner in claimed.values()
        for person in workers
        if owner is None or owner == person.user_id
    }
    unheard: list[uuid.UUID] = []
    try:
        for person in wanted.values():
            mails.send_due(person.email, person.language)
            told.add(person.user_id)
    except UnavailableError:
        # Down, or not allowed: the next tick tries again for those of whom nobody heard.
        unheard = [
            case
            for case, owner in claimed.items()
            if (not told if owner is None else owner not in told)
        ]
    _settle(workspace_id, until, unheard)
    return len(told)


def _claim(workspace_id: uuid.UUID, until: datetime.datetime) -> dict[uuid.UUID, uuid.UUID | None]:
    with in_workspace(workspace_id):
        hours = times_of(workspace_id).reminder_hours
        now = timezone.now()
        due = Case.objects.select_for_update(skip_locked=True).filter(
            Q(reminding_until=None) | Q(reminding_until__lte=now),
            due_at__lte=now + datetime.timedelta(hours=hours),
            reminded_at=None,
            state__in=WAITING,
        )
        rows = dict(due.values_list("submission_id", "owner_id")[:AT_ONCE])
        Case.objects.filter(submission_id__in=rows).update(reminding_until=until)
    return rows


def _settle(workspace_id: uuid.UUID, until: datetime.datetime, unheard: list[uuid.UUID]) -> None:
    """Only what is still in this worker's hand: who got another owner or day meanwhile is reminded anew."""
    with in_workspace(workspace_id):
        mine = Case.objects.filter(reminding_until=until)
        mine.filter(submission_id__in=unheard).update(reminding_until=None)
        mine.update(reminding_until=None, reminded_at=timezone.now())
