"""What time does to forms and cases: closing, reminding once, marking once, and naming what people erased."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.db.models import Q
from django.utils import timezone

from comms.accounts import selectors as accounts
from comms.core.errors import UnavailableError
from comms.core.tenancy import in_workspace
from comms.feedback import mails
from comms.feedback.models import WAITING, Case, Erasure, Form, today
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


def record_erasures(workspace_id: uuid.UUID) -> int:
    """Enter into the audit trail what people erased on days that are over; how many.

    An entry has its moment to the microsecond. Written at once, it would say at which one the person was there.
    """
    with in_workspace(workspace_id):
        due = list(
            Erasure.objects.select_for_update(skip_locked=True)
            .filter(erased_on__lt=today())
            .order_by("id")[:AT_ONCE]
        )
        for one in due:
            ledger.record(
                action="feedback.erased_by_person",
                subject_type="case",
                subject_id=one.id,
                details={"day": one.erased_on.isoformat()},
            )
        Erasure.objects.filter(id__in=[one.id for one in due]).delete()
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

    Each case is reminded of once, and each person gets one mail however many there are. An owner who has left, or
    whose address the mail server refuses for good, is none. A worker takes the cases for ten minutes and marks them
    when the mails are out: if it is killed meanwhile, the next one reminds of them, and only then may somebody get
    the same mail twice.
    """
    until = timezone.now() + LEASE
    claimed = _claim(workspace_id, until)
    if not claimed:
        return 0
    round_ = _Round({one.user_id: one for one in accounts.list_mailable(workspace_id, WORKERS)})
    round_.send({person for owner in claimed.values() for person in round_.audience(owner)})
    # Whoever can't be reached is known only now: their cases are everybody's.
    round_.send({person for owner in claimed.values() for person in round_.audience(owner)})
    unheard = [case for case, owner in claimed.items() if not round_.told & round_.audience(owner)]
    # Of what no server was there to take, the next tick tries again; of what it refused, the one after the lease.
    _settle(workspace_id, until, unheard, soon=round_.is_down)
    return len(round_.told)


class _Round:
    """Whom one tick has mailed. `workers` may work on cases, by their id."""

    def __init__(self, workers: Mapping[uuid.UUID, accounts.Mailed]) -> None:
        self.workers = workers
        self.tried: set[uuid.UUID] = set()
        self.told: set[uuid.UUID] = set()
        self.unreachable: set[uuid.UUID] = set()
        self.is_down = False

    def audience(self, owner: uuid.UUID | None) -> set[uuid.UUID]:
        """Who is to hear of a case of this owner."""
        if owner is not None and owner in self.workers and owner not in self.unreachable:
            return {owner}
        return set(self.workers)

    def send(self, people: set[uuid.UUID]) -> None:
        """Mail those who were not tried before, until no server is there."""
        for user_id in sorted(people - self.tried):
            if self.is_down:
                return
            self.tried.add(user_id)
            person = self.workers[user_id]
            try:
                mails.send_due(person.email, person.language)
            except mails.NotTakenError as error:
                if error.is_final:
                    self.unreachable.add(user_id)
            except UnavailableError:
                self.is_down = True
            else:
                self.told.add(user_id)


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


def _settle(
    workspace_id: uuid.UUID, until: datetime.datetime, unheard: list[uuid.UUID], *, soon: bool
) -> None:
    """Only what is still in this worker's hand: who got another owner or day meanwhile is reminded anew."""
    with in_workspace(workspace_id):
        mine = Case.objects.filter(reminding_until=until)
        mine.exclude(submission_id__in=unheard).update(
            reminding_until=None, reminded_at=timezone.now()
        )
        if soon:
            mine.filter(submission_id__in=unheard).update(reminding_until=None)
