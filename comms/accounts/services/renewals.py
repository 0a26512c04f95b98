"""When somebody's keys are replaced: what the floors above hold back, and how they keep keys as they are."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from django.db import connection

from comms.accounts.models import Membership
from comms.core.tenancy import in_workspace

Renewal = Callable[[uuid.UUID, uuid.UUID], None]
"""Called inside `in_workspace`, with its id and the user. Raising undoes the replacement."""

_LOCKS = 0x6B657973  # "keys": keeps these locks apart from others of the database
_renewals: list[Renewal] = []


def when_keys_replaced(then: Renewal) -> None:
    """Have `then` called for each workspace of whoever replaces their keys, in that transaction.

    Called once by each app that has something to hold back.
    """
    _renewals.append(then)


def announce_renewal(user_id: uuid.UUID) -> None:
    """Hold back what must wait for the person's new keys, on every floor. The caller holds their keys."""
    workspaces = Membership.objects.filter(user_id=user_id).order_by("workspace_id")
    for workspace_id in workspaces.values_list("workspace_id", flat=True):
        with in_workspace(workspace_id):
            for then in _renewals:
                then(workspace_id, user_id)


def keep_keys(user_ids: Iterable[uuid.UUID]) -> None:
    """Nobody replaces these people's keys until the transaction ends; any number of callers at once.

    Take it before any other lock: whoever replaces keys holds them first, and what depends on them then.
    """
    wanted = sorted({_lock_of(user_id) for user_id in user_ids})
    if wanted:
        _lock("SELECT pg_advisory_xact_lock_shared(%s, unnest(%s::int[]))", _LOCKS, wanted)


def hold_keys(user_id: uuid.UUID) -> None:
    """Whoever keeps this person's keys as they are goes first, and nobody else begins."""
    _lock("SELECT pg_advisory_xact_lock(%s, %s)", _LOCKS, _lock_of(user_id))


def _lock_of(user_id: uuid.UUID) -> int:
    """Two people share one now and then: then one waits for the other, and nothing is wrong."""
    return int.from_bytes(user_id.bytes[-4:], "big", signed=True)


def _lock(statement: str, *values: int | list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
