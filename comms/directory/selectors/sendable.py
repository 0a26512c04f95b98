"""Who gets a message of some audiences, on one channel, and who must not: in SQL, for one INSERT … SELECT.

Tables read (an edition's freeze may join them in the same statement, inside `in_workspace`):

- `directory_stakeholder` s: id, languages text[] (BCP 47, in order of preference), time_zone, archived_at
- `directory_contactpoint` c: id, stakeholder_id, channel, position, suppressed_at, suppressed_reason
- `directory_consent` k: stakeholder_id, purpose, withdrawn_at
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comms.directory.models import (
    Audience,
    Channel,
    ContactPoint,
    Purpose,
    SuppressionReason,
)
from comms.directory.models.scope import open_workspace_id
from comms.directory.selectors.audiences import load_audiences, stakeholders_of

# Why someone of an audience gets nothing: the values of the column `blocked`.
BLOCKED_REASONS: dict[str, str | Promise] = {
    "no_address": _("They have no e-mail address"),
    "suppressed_bounced": SuppressionReason.BOUNCED.label,
    "suppressed_complained": SuppressionReason.COMPLAINED.label,
    "suppressed_unsubscribed": SuppressionReason.UNSUBSCRIBED.label,
    "suppressed_officer": SuppressionReason.OFFICER.label,
    "withdrawn": _("They withdrew or objected"),
    "no_basis": _("No lawful basis is recorded"),
}

COLUMNS = (
    "stakeholder_id",
    "audience_id",
    "contact_point_id",
    "languages",
    "time_zone",
    "blocked",
)

# Someone who unsubscribed or complained at one address is not written to at another of theirs; an address
# that bounced or was stopped by a member gives way to the next.
# Each table is read once and the results are joined: a list that was imported a moment ago has no statistics
# yet, and looking each stakeholder up then takes the square of their number.
_SENDABLE = """
SELECT chosen.stakeholder_id, chosen.audience_id, point.id AS contact_point_id,
       s.languages, s.time_zone,
       CASE WHEN point.id IS NULL THEN 'no_address'
            WHEN point.suppressed_at IS NOT NULL THEN 'suppressed_' || point.suppressed_reason
            WHEN basis.holds THEN ''
            WHEN basis.stakeholder_id IS NOT NULL THEN 'withdrawn'
            ELSE 'no_basis' END AS blocked
FROM (SELECT DISTINCT ON (belongs.stakeholder_id) belongs.stakeholder_id, belongs.audience_id
      FROM ({belongs}) AS belongs
      ORDER BY belongs.stakeholder_id, belongs.rank) AS chosen
JOIN directory_stakeholder s ON s.id = chosen.stakeholder_id
LEFT JOIN (SELECT DISTINCT ON (c.stakeholder_id) c.stakeholder_id, c.id, c.suppressed_at,
             c.suppressed_reason
      FROM directory_contactpoint c WHERE c.channel = %(channel)s
      ORDER BY c.stakeholder_id, c.suppressed_reason IN ('unsubscribed', 'complained') DESC,
               c.suppressed_at IS NOT NULL, c.position, c.id) AS point ON point.stakeholder_id = s.id
LEFT JOIN (SELECT k.stakeholder_id, bool_or(k.withdrawn_at IS NULL) AS holds
      FROM directory_consent k WHERE k.purpose = %(purpose)s
      GROUP BY k.stakeholder_id) AS basis ON basis.stakeholder_id = s.id
"""


def execute_reading_once(cursor: CursorWrapper, sql: str, params: dict[str, Any]) -> None:
    """Run a statement around `sendable_query` with no plan that starts over for each row, whatever the
    statistics say. One round trip; the cursor is at the statement's own result. Inside `in_workspace`.
    """
    cursor.execute(
        f"SET LOCAL enable_nestloop = off; {sql}; SET LOCAL enable_nestloop = on", params
    )
    cursor.nextset()


@dataclass(frozen=True, slots=True)
class SendableQuery:
    """A SELECT and its parameters. `sql` has the columns of `COLUMNS`, one row for each stakeholder."""

    sql: str
    params: dict[str, Any]


def sendable_query(
    audience_ids: Collection[uuid.UUID], *, channel: Channel, purpose: Purpose = Purpose.UPDATES
) -> SendableQuery:
    """Everyone in these audiences, once, with the most specific of them, the address to use and, if they
    must not be written to, why (`blocked`, a key of BLOCKED_REASONS, else '').

    For `INSERT INTO … SELECT … FROM (sql) AS sendable`, with `params` by name, by
    `execute_reading_once`. Inside `in_workspace`. Raises NotFoundError for an audience of elsewhere.
    """
    return sendable_to(load_audiences(audience_ids), channel=channel, purpose=purpose)


def sendable_to(
    audiences: Sequence[Audience], *, channel: Channel, purpose: Purpose = Purpose.UPDATES
) -> SendableQuery:
    """The same for audiences that `load_audiences` gave."""
    params: dict[str, Any] = {"channel": str(channel), "purpose": str(purpose)}
    parts = []
    for rank, audience in enumerate(audiences):
        sql, values = stakeholders_of(audience).values("pk").query.sql_with_params()
        for position, value in enumerate(values):
            name = f"a{rank}_{position}"
            params[name] = value
            sql = sql.replace("%s", f"%({name})s", 1)
        params[f"audience_{rank}"] = audience.id
        parts.append(
            # The ORM's own SQL and whole numbers; every value is a parameter.
            f"SELECT member.id AS stakeholder_id, %(audience_{rank})s::uuid AS audience_id, "  # noqa: S608 - as above
            f"{rank} AS rank FROM ({sql}) AS member(id)"
        )
    belongs = " UNION ALL ".join(parts) or (
        "SELECT NULL::uuid AS stakeholder_id, NULL::uuid AS audience_id, 0 AS rank WHERE false"
    )
    return SendableQuery(sql=_SENDABLE.replace("{belongs}", belongs), params=params)


@dataclass(frozen=True, slots=True)
class Sendable:
    """One row of `sendable_query`."""

    stakeholder_id: uuid.UUID
    audience_id: uuid.UUID
    contact_point_id: uuid.UUID | None
    languages: list[str]
    time_zone: str
    blocked: str


def list_sendable(
    audience_ids: Collection[uuid.UUID],
    *,
    channel: Channel,
    purpose: Purpose = Purpose.UPDATES,
    limit: int = 1000,
) -> list[Sendable]:
    """The first rows, for a check page. Inside `in_workspace`."""
    query = sendable_query(audience_ids, channel=channel, purpose=purpose)
    with connection.cursor() as cursor:
        execute_reading_once(
            cursor,
            f"{query.sql} ORDER BY chosen.stakeholder_id LIMIT %(limit)s",
            {**query.params, "limit": limit},
        )
        return [Sendable(*row) for row in cursor.fetchall()]


def count_sendable(
    audience_ids: Collection[uuid.UUID], *, channel: Channel, purpose: Purpose = Purpose.UPDATES
) -> dict[str, int]:
    """How many may be written to (key '') and how many are blocked, by reason. Inside `in_workspace`."""
    query = sendable_query(audience_ids, channel=channel, purpose=purpose)
    with connection.cursor() as cursor:
        execute_reading_once(
            cursor,
            f"SELECT blocked, count(*) FROM ({query.sql}) AS sendable GROUP BY blocked",  # noqa: S608 - our own fragment; every value is a parameter
            query.params,
        )
        return dict(cursor.fetchall())


def contact_points_for(channel: Channel) -> QuerySet[ContactPoint]:
    """The addresses of one channel of stakeholders that are not archived, suppressed ones included.
    Inside `in_workspace`.
    """
    return ContactPoint.objects.filter(
        workspace_id=open_workspace_id(), channel=channel, stakeholder__archived_at=None
    )
