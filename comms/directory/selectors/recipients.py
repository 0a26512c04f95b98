"""Whom messages are for, and the last look before sending: plain queries by lists of ids.

No joins: a list that was imported a moment ago has no statistics yet, and a join would then look through the
whole workspace for each row. Raw, because a sender loads a thousand recipients at a time.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from comms.core.fields import decrypt_values
from comms.directory.models import ContactPoint, Purpose, Stakeholder
from comms.directory.models.scope import open_workspace_id

_POINTS = """
SELECT id, stakeholder_id, channel, suppressed_reason, address
FROM directory_contactpoint WHERE id = ANY(%s)
"""
_STAKEHOLDERS = """
SELECT id, archived_at IS NOT NULL, kind, country, region, languages, time_zone, name, role
FROM directory_stakeholder WHERE id = ANY(%s)
"""
_REFUSED = """
SELECT stakeholder_id, channel, suppressed_reason FROM directory_contactpoint
WHERE stakeholder_id = ANY(%s) AND suppressed_reason IN ('unsubscribed', 'complained')
"""
_BASES = """
SELECT stakeholder_id, bool_or(withdrawn_at IS NULL) FROM directory_consent
WHERE stakeholder_id = ANY(%s) AND purpose = %s GROUP BY stakeholder_id
"""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for, decrypted."""

    stakeholder_id: uuid.UUID
    contact_point_id: uuid.UUID
    name: str
    role: str
    kind: str
    country: str
    region: str
    languages: list[str]
    time_zone: str
    address: str


@dataclass(frozen=True, slots=True)
class Handover:
    """By contact point: whom to write to, and who must not be written to any more and why."""

    people: dict[uuid.UUID, Recipient]
    blocked: dict[uuid.UUID, str]


def load_handover(
    contact_point_ids: Collection[uuid.UUID], *, purpose: Purpose = Purpose.UPDATES
) -> Handover:
    """`load_recipients` and `blocked_now` together, in four queries. Inside `in_workspace`."""
    points = _rows(_POINTS, [list(contact_point_ids)])
    stakeholders = _stakeholders(points)
    blocked = _blocked(contact_point_ids, points, stakeholders, purpose)
    kept = [point for point in points if point[0] not in blocked]
    return Handover(_people(kept, stakeholders), blocked)


def load_recipients(contact_point_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Recipient]:
    """By contact point; one query, then three decryptions each. Inside `in_workspace`."""
    rows = list(
        ContactPoint.objects.filter(
            workspace_id=open_workspace_id(), id__in=list(contact_point_ids)
        ).values_list(
            "id",
            "stakeholder_id",
            "address",
            "stakeholder__name",
            "stakeholder__role",
            "stakeholder__kind",
            "stakeholder__country",
            "stakeholder__region",
            "stakeholder__languages",
            "stakeholder__time_zone",
        )
    )
    addresses = decrypt_values(ContactPoint, "address", ((row[0], row[2]) for row in rows))
    names = decrypt_values(Stakeholder, "name", ((row[1], row[3]) for row in rows))
    roles = decrypt_values(Stakeholder, "role", ((row[1], row[4]) for row in rows))
    return {
        row[0]: Recipient(
            stakeholder_id=row[1],
            contact_point_id=row[0],
            name=name,
            role=role,
            kind=row[5],
            country=row[6],
            region=row[7],
            languages=row[8],
            time_zone=row[9],
            address=address,
        )
        for row, address, name, role in zip(rows, addresses, names, roles, strict=True)
    }


def blocked_now(
    contact_point_ids: Collection[uuid.UUID], *, purpose: Purpose = Purpose.UPDATES
) -> dict[uuid.UUID, str]:
    """Which of these addresses must not be written to any more, and why (a key of BLOCKED_REASONS).

    For the last look before sending: an address that was removed, suppressed, or whose stakeholder
    unsubscribed anywhere, withdrew or was archived since the freeze. Four queries. Inside `in_workspace`.
    """
    points = _rows(_POINTS, [list(contact_point_ids)])
    return _blocked(contact_point_ids, points, _stakeholders(points), purpose)


def _blocked(
    contact_point_ids: Collection[uuid.UUID],
    points: list[tuple[Any, ...]],
    stakeholders: dict[uuid.UUID, tuple[Any, ...]],
    purpose: Purpose,
) -> dict[uuid.UUID, str]:
    ids = list(stakeholders)
    refused = {
        (stakeholder, channel): reason for stakeholder, channel, reason in _rows(_REFUSED, [ids])
    }
    holds: dict[uuid.UUID, bool] = dict(_rows(_BASES, [ids, str(purpose)]))
    blocked = dict.fromkeys(contact_point_ids, "no_address")
    for identifier, stakeholder, channel, suppressed, _address in points:
        reason = suppressed or refused.get((stakeholder, channel))
        archived = stakeholders[stakeholder][1]
        if reason:
            blocked[identifier] = f"suppressed_{reason}"
        elif archived or not holds.get(stakeholder):
            blocked[identifier] = "withdrawn" if archived or stakeholder in holds else "no_basis"
        else:
            del blocked[identifier]
    return blocked


def _stakeholders(points: list[tuple[Any, ...]]) -> dict[uuid.UUID, tuple[Any, ...]]:
    return {row[0]: row for row in _rows(_STAKEHOLDERS, [list({point[1] for point in points})])}


def _people(
    points: list[tuple[Any, ...]], stakeholders: dict[uuid.UUID, tuple[Any, ...]]
) -> dict[uuid.UUID, Recipient]:
    rows = [(point, stakeholders[point[1]]) for point in points]
    addresses = decrypt_values(ContactPoint, "address", ((point[0], point[4]) for point, _ in rows))
    names = decrypt_values(Stakeholder, "name", ((who[0], who[7]) for _, who in rows))
    roles = decrypt_values(Stakeholder, "role", ((who[0], who[8]) for _, who in rows))
    return {
        point[0]: Recipient(
            stakeholder_id=who[0],
            contact_point_id=point[0],
            name=name,
            role=role,
            kind=who[2],
            country=who[3],
            region=who[4],
            languages=who[5],
            time_zone=who[6],
            address=address,
        )
        for (point, who), address, name, role in zip(rows, addresses, names, roles, strict=True)
    }


def _rows(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
