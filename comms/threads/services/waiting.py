"""Mails that say that something waits, and nothing else.

A member who asked for it gets one mail when a message of somebody else's has waited unread for as long as
they chose, and no page of theirs was open meanwhile. Then none, from any of their workspaces, until they
have looked again, and not before the time that they chose has passed since. The rows are the claim: they
are taken and marked before the mail goes out, so a killed worker may lose a mail and never doubles one;
what was not taken by the mail server for certain is tried again by the next tick.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from comms.accounts import selectors as accounts
from comms.accounts.selectors import Mailed
from comms.core.errors import UnavailableError
from comms.core.tenancy import in_workspace
from comms.threads import mails
from comms.threads.models import Attendance, Envelope, Member, Telling, Thread

MAILS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """One mail that is to go out now, by whoever holds this."""

    attendance_id: uuid.UUID
    person: Mailed
    mailed_at: datetime.datetime
    before: datetime.datetime | None
    told_before: datetime.datetime | None
    back_before: datetime.datetime | None


def mail_waiting(workspace_id: uuid.UUID) -> int:
    """Mail those for whom something waits, at most 200; how many mails the mail server took."""
    claims = _claim(workspace_id)
    sent = 0
    for at, claim in enumerate(claims):
        try:
            mails.send_waiting(claim.person.email, claim.person.language)
        except UnavailableError:
            # Down, or not allowed: nobody was written to, and the next tick tries again.
            for one in claims[at:]:
                _give_back(workspace_id, one)
            break
        sent += 1
    return sent


def _claim(workspace_id: uuid.UUID) -> list[Claim]:
    people = {one.user_id: one for one in accounts.list_mailed(workspace_id)}
    if not people:
        return []
    _make_tellings(set(people))
    with in_workspace(workspace_id):
        known = set(Attendance.objects.values_list("user_id", flat=True))
        Attendance.objects.bulk_create(
            [
                Attendance(workspace_id=workspace_id, user_id=user_id)
                for user_id in people
                if user_id not in known
            ],
            ignore_conflicts=True,
        )
        # Not mailed since they last looked; another worker's rows are passed over.
        rows = (
            Attendance.objects.select_for_update(skip_locked=True)
            .filter(Q(mailed_at=None) | Q(mailed_at__lt=F("looked_at")), user_id__in=people)
            .order_by("mailed_at", "id")
        )
        claims: list[Claim] = []
        for row in rows:
            now = timezone.now()
            until = now - datetime.timedelta(minutes=people[row.user_id].minutes)
            if not _waits(row, until):
                continue
            telling = _take(row.user_id, until)
            if telling is None:
                continue
            told = (telling.mailed_at, telling.back_at)
            claims.append(Claim(row.id, people[row.user_id], now, row.mailed_at, *told))
            Attendance.objects.filter(id=row.id).update(mailed_at=now)
            Telling.objects.filter(user_id=row.user_id).update(mailed_at=now, back_at=None)
            if len(claims) == MAILS_AT_ONCE:
                break
    return claims


def _make_tellings(users: set[uuid.UUID]) -> None:
    """Apart from the claims and in one order: workers of two workspaces would wait for each other's rows."""
    known = Telling.objects.filter(user_id__in=users).values_list("user_id", flat=True)
    fresh = [Telling(user_id=user_id) for user_id in sorted(users.difference(known))]
    Telling.objects.bulk_create(fresh, ignore_conflicts=True)


def _take(user_id: uuid.UUID, until: datetime.datetime) -> Telling | None:
    """The person's row, locked: unless a mail told them already, or another workspace's worker tells them now."""
    return (
        Telling.objects.select_for_update(skip_locked=True)
        .filter(Q(mailed_at=None) | Q(back_at__lte=until), user_id=user_id)
        .first()
    )


def _waits(row: Attendance, until: datetime.datetime) -> bool:
    """Whether they were away since then, and something that came before it is unread and was never mailed."""
    if row.looked_at is not None and row.looked_at > until:
        return False
    unread = Envelope.objects.filter(
        thread_id=OuterRef("thread_id"),
        seq__gt=OuterRef("read_up_to"),
        received_at__lte=until,
    ).exclude(sender_id=row.user_id)
    if row.mailed_at is not None:
        unread = unread.filter(received_at__gt=row.mailed_at)
    return (
        Member.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
            Exists(unread.filter(seq__gt=OuterRef("since_seq"))),
            workspace_id=row.workspace_id,
            member_id=row.user_id,
            removed_at=None,
            thread__purpose=Thread.Purpose.CONVERSATION,
            is_muted=False,
            thread__seq__gt=F("read_up_to"),
        )
    ).exists()


def _give_back(workspace_id: uuid.UUID, claim: Claim) -> None:
    with in_workspace(workspace_id):
        Attendance.objects.filter(id=claim.attendance_id, mailed_at=claim.mailed_at).update(
            mailed_at=claim.before
        )
        Telling.objects.filter(user_id=claim.person.user_id, mailed_at=claim.mailed_at).update(
            mailed_at=claim.told_before, back_at=claim.back_before
        )
