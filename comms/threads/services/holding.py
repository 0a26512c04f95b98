"""Sending held back in the threads of somebody who has new keys, until an epoch for those is there."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from comms.accounts import selectors as accounts
from comms.core.tenancy import in_workspace
from comms.threads.models import Member, Thread
from comms.threads.services import events
from comms.wire.roster import Role, RosterRow


def hold_sending(_workspace_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Accept nothing in any thread of theirs until an epoch under their new keys is there.

    Inside `in_workspace`, and in the transaction that replaces the keys. What is being posted lands before, or
    waits for the thread's row and is refused.
    """
    seats = Member.objects.filter(member_id=user_id, removed_at=None).exclude(
        role=Member.Role.GUEST
    )
    threads = _lock(seats.values_list("thread_id", flat=True))
    _hold({thread.id for thread in threads}, threads)


def sweep_stale_keys(workspace_id: uuid.UUID) -> int:
    """Hold sending where somebody's seat still has older keys, as from before replacing held it; how many threads."""
    with in_workspace(workspace_id):
        replacers = accounts.list_replacers(workspace_id)
        threads = _lock(_with_stale_seats(replacers))
        # Looked at again, since an epoch for the new keys may have come first.
        return _hold(_with_stale_seats(replacers, threads), threads)


def _with_stale_seats(
    users: Collection[uuid.UUID], threads: Collection[Thread] | None = None
) -> set[uuid.UUID]:
    """Threads, of these or of all, that nothing holds and where somebody's seat has other keys than their newest."""
    newest = accounts.newest_fingerprints(users)
    seats = Member.objects.filter(
        member_id__in=list(newest), removed_at=None, thread__key_due=False
    ).exclude(role=Member.Role.GUEST)
    if threads is not None:
        seats = seats.filter(thread__in=threads)
    rows = seats.values_list("thread_id", "member_id", "fingerprint")
    return {thread for thread, user, kept in rows if bytes(kept) != newest[user]}


def stale_members(roster: Iterable[RosterRow]) -> set[uuid.UUID]:
    """Who of the roster has newer keys than it says. Guests are vouched for by rosters alone.

    The caller holds the thread: whoever replaces keys now comes to it afterwards.
    """
    rows = [row for row in roster if row.role is not Role.GUEST]
    newest = accounts.newest_fingerprints([row.member for row in rows])
    return {
        row.member for row in rows if newest.get(row.member, row.fingerprint) != row.fingerprint
    }


def _lock(thread_ids: Iterable[uuid.UUID]) -> list[Thread]:
    """In the order of their ids, so that two who replace their keys at once don't wait for each other."""
    wanted = list(thread_ids)
    return list(Thread.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id"))


def _hold(thread_ids: Collection[uuid.UUID], locked: Iterable[Thread]) -> int:
    Thread.objects.filter(id__in=thread_ids).update(key_due=True)
    for thread in locked:
        if thread.id in thread_ids:
            thread.key_due = True
            events.tell_epoch(thread)
    return len(thread_ids)
