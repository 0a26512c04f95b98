"""Freezing who gets what: every recipient of an edition as a row, in one INSERT … SELECT."""

from __future__ import annotations

import datetime
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from comms.campaigns.models import Edition, EditionVariant
from comms.campaigns.services.due_times import due_by_zone, instant_of
from comms.content.models import Variant
from comms.core.ids import uuid7
from comms.directory.models import Channel, Purpose
from comms.directory.selectors.audiences import load_audiences, reached_by
from comms.directory.selectors.sendable import execute_reading_once, sendable_to

# Recipients are alike when they are in the same audience and prefer the same languages in the same order, so
# the text is chosen once for each such group, not once for each recipient.
#
# The choice: the texts of the most specific audience that has any, else those for everyone; among them the
# first language of theirs that is there (the exact tag before its base language), else the fallback that a
# person accepted. No text: the row says so, and the edition can't be submitted.
_RECIPIENTS = """
WITH sendable AS MATERIALIZED (
  SELECT * FROM ({sendable}) AS found {among}
), alike AS MATERIALIZED (
  SELECT DISTINCT audience_id, languages FROM sendable
), texts AS MATERIALIZED (
  {texts}
), chosen AS MATERIALIZED (
  SELECT alike.audience_id, alike.languages, text.id AS variant_id, text.language
  FROM alike LEFT JOIN LATERAL (
    SELECT v.id, v.language
    FROM texts v
    LEFT JOIN LATERAL (
      SELECT min(wish.place * 2 + (lower(wish.tag) <> lower(v.language))::int) AS place
      FROM unnest(alike.languages) WITH ORDINALITY AS wish(tag, place)
      WHERE split_part(lower(wish.tag), '-', 1) = split_part(lower(v.language), '-', 1)
    ) AS preference ON true
    WHERE v.audience_id IS NOT DISTINCT FROM (
        SELECT max(own.audience_id::text)::uuid FROM texts own
        WHERE own.audience_id = alike.audience_id)
      AND (preference.place IS NOT NULL OR v.language = %(fallback)s)
    ORDER BY preference.place NULLS LAST, v.language
    LIMIT 1
  ) AS text ON true
), zones AS (
  SELECT * FROM unnest(%(zones)s::text[], %(moments)s::timestamptz[]) AS z(name, due_at)
), recipients AS (
  SELECT sendable.stakeholder_id, sendable.contact_point_id, chosen.variant_id,
         COALESCE(chosen.language, '') AS language,
         COALESCE(zones.due_at, %(due)s) AS due_at,
         CASE WHEN sendable.blocked <> '' THEN sendable.blocked
              WHEN chosen.variant_id IS NULL THEN 'no_variant' ELSE '' END AS blocked
  FROM sendable
  JOIN chosen ON chosen.audience_id = sendable.audience_id AND chosen.languages = sendable.languages
  LEFT JOIN zones ON zones.name = sendable.time_zone
)
"""

# Those that were frozen, or those that would be.
_FROZEN_TEXTS = """SELECT id, audience_id, language FROM campaigns_editionvariant
  WHERE edition_id = %(edition)s AND channel = %(channel)s"""
_GIVEN_TEXTS = """SELECT * FROM unnest(%(text_ids)s::uuid[], %(text_audiences)s::uuid[], %(text_languages)s::text[])
  AS given(id, audience_id, language)"""

_FREEZE = """{recipients}
INSERT INTO campaigns_delivery
  (id, workspace_id, edition_id, stakeholder_id, contact_point_id, channel, variant_id, language,
   due_at, state, reason, next_attempt_at)
SELECT uuidv7(), %(workspace)s, %(edition)s, stakeholder_id, contact_point_id, %(channel)s, variant_id,
       language, due_at, CASE WHEN blocked = '' THEN 'pending' ELSE 'suppressed' END, blocked,
       CASE WHEN blocked = '' THEN due_at END
FROM recipients
"""

_COUNT = """{recipients}
SELECT blocked, variant_id, count(*),
       (array_agg(stakeholder_id) FILTER (WHERE blocked = 'no_variant'))[1:%(named)s],
       (array_agg(contact_point_id) FILTER (WHERE blocked = '' AND variant_id = ANY(%(asking)s)))[1:%(looked_at)s]
FROM recipients GROUP BY blocked, variant_id ORDER BY count(*) DESC, blocked
"""


class Counted(NamedTuple):
    """Recipients who are alike: blocked for one reason (or not at all), with one text (or none)."""

    blocked: str
    variant_id: uuid.UUID | None
    times: int
    # Some who have no text, and some of those whose text asks something of them: never all.
    stakeholder_ids: list[uuid.UUID]
    contact_point_ids: list[uuid.UUID]


def text_digest(*, language: str, direction: str, channel: str, subject: str, body: str) -> bytes:
    """SHA-256 of a text as it is frozen: each part in UTF-8 after its length in 8 bytes, big-endian."""
    digest = hashlib.sha256(b"entente variant v1\x00")
    for part in (language, direction, channel, subject, body):
        content = part.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.digest()


def freeze_variants(edition: Edition, variants: Sequence[Variant]) -> list[EditionVariant]:
    """Copy the texts into the edition. Earlier copies are removed."""
    edition.variants.all().delete()
    return EditionVariant.objects.bulk_create(copies_of(edition, variants))


def copies_of(edition: Edition, variants: Sequence[Variant]) -> list[EditionVariant]:
    """What `freeze_variants` would store, not stored."""
    return [
        EditionVariant(
            id=uuid7(),
            workspace_id=edition.workspace_id,
            edition=edition,
            source_id=variant.id,
            audience_id=variant.audience_id,
            channel=variant.channel,
            language=variant.language,
            direction=variant.direction,
            subject=variant.subject,
            body=variant.body,
            sha256=text_digest(
                language=variant.language,
                direction=variant.direction,
                channel=variant.channel,
                subject=variant.subject,
                body=variant.body,
            ),
        )
        for variant in variants
    ]


def freeze_recipients(
    edition: Edition,
    *,
    audience_ids: Sequence[uuid.UUID],
    text_audience_ids: Sequence[uuid.UUID],
    purpose: str,
) -> int:
    """One row for everyone in the edition's audiences, blocked ones included; how many.

    `text_audience_ids` are those that the texts were written for: someone who is in one of them gets its
    text, though the edition goes to a wider audience. Inside `in_workspace`; 100,000 take about two seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_delivery WHERE edition_id = %s", [edition.id])
    recipients, values = _recipients(edition, audience_ids, text_audience_ids, purpose)
    statement = _FREEZE.replace("{recipients}", recipients).replace("{texts}", _FROZEN_TEXTS)
    with connection.cursor() as cursor:
        execute_reading_once(cursor, statement, values)
        return int(cursor.rowcount)


def count_recipients(
    edition: Edition,
    *,
    audience_ids: Sequence[uuid.UUID],
    text_audience_ids: Sequence[uuid.UUID],
    purpose: str,
    texts: Sequence[EditionVariant],
    asking: Sequence[uuid.UUID],
    named: int,
    looked_at: int,
) -> list[Counted]:
    """What `freeze_recipients` would write, counted by the database; writes and brings back no row of it.

    `texts` are those that would be frozen (`copies_of`), `asking` those of them that say something of
    their recipients; `named` and `looked_at` bound the ids that come along with each count.
    """
    recipients, values = _recipients(edition, audience_ids, text_audience_ids, purpose)
    bounds: dict[str, Any] = {"asking": list(asking), "named": named, "looked_at": looked_at}
    mails = [text for text in texts if text.channel == Channel.EMAIL]
    given = {
        "text_ids": [text.id for text in mails],
        "text_audiences": [text.audience_id for text in mails],
        "text_languages": [text.language for text in mails],
    }
    statement = _COUNT.replace("{recipients}", recipients).replace("{texts}", _GIVEN_TEXTS)
    with connection.cursor() as cursor:
        execute_reading_once(cursor, statement, {**values, **bounds, **given})
        return [
            Counted(blocked, variant, times, people or [], points or [])
            for blocked, variant, times, people, points in cursor.fetchall()
        ]


def _recipients(
    edition: Edition,
    audience_ids: Sequence[uuid.UUID],
    text_audience_ids: Sequence[uuid.UUID],
    purpose: str,
) -> tuple[str, dict[str, Any]]:
    """The part of the statement that says who gets what, and its values."""
    ranked = {*audience_ids, *text_audience_ids}
    audiences = load_audiences(ranked)
    query = sendable_to(audiences, channel=Channel.EMAIL, purpose=Purpose(purpose))
    among = ""
    members: dict[str, Any] = {}
    if ranked != set(audience_ids):
        aimed_at = [audience for audience in audiences if audience.id in set(audience_ids)]
        sql, values = reached_by(aimed_at).values("pk").query.sql_with_params()
        for place, value in enumerate(values):
            members[f"m{place}"] = value
            sql = sql.replace("%s", f"%(m{place})s", 1)
        among = f"WHERE stakeholder_id IN ({sql})"
    due, zones = _moments(edition)
    return _RECIPIENTS.replace("{sendable}", query.sql).replace("{among}", among), {
        **query.params,
        **members,
        "edition": edition.id,
        "workspace": edition.workspace_id,
        "channel": str(Channel.EMAIL),
        "fallback": edition.fallback_language,
        "due": due,
        "zones": list(zones),
        "moments": list(zones.values()),
    }


def _moments(edition: Edition) -> tuple[datetime.datetime, dict[str, datetime.datetime]]:
    """When it is due for a recipient of unknown zone, and by zone where that matters."""
    if edition.schedule_kind == Edition.Schedule.INSTANT:
        return edition.send_at or timezone.now(), {}
    if edition.local_date is None or edition.local_time is None:
        raise ValueError("a local schedule has a day and a time")
    local = datetime.datetime.combine(edition.local_date, edition.local_time)
    zones = due_by_zone(local)
    return zones.get(edition.time_zone) or instant_of(local, ZoneInfo(edition.time_zone)), zones
