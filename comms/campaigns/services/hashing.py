"""What an approval is bound to: one hash over everything that an edition sends, to whom and when.

Canonical form: JSON (RFC 8785's order of keys, no spaces, UTF-8) of the plan, the texts by their SHA-256 and
the SHA-256 of the recipients. The recipients are hashed by the database, as the concatenation, ordered by
stakeholder and channel, of fixed-length records.
"""

from __future__ import annotations

import hashlib
import json

from django.db import connection

from comms.campaigns.models import Edition
from comms.campaigns.services.freezing import text_digest

_RECIPIENTS = """
SELECT count(*), sha256(COALESCE(string_agg(
  uuid_send(stakeholder_id)
  || COALESCE(uuid_send(contact_point_id), decode(repeat('00', 16), 'hex'))
  || COALESCE(uuid_send(variant_id), decode(repeat('00', 16), 'hex'))
  || convert_to(rpad(channel, 12), 'UTF8')
  || int8send((extract(epoch FROM due_at) * 1000000)::bigint), ''::bytea
  ORDER BY stakeholder_id, channel), ''::bytea))
FROM campaigns_delivery WHERE edition_id = %s
"""


def edition_hash(edition: Edition) -> bytes:
    """The 32 bytes that stand for what the edition sends, read anew from the database. In `in_workspace`.

    Texts are hashed again too, so a text that was changed behind the product's back gives another hash.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECIPIENTS, [edition.id])
        total, recipients = cursor.fetchone()
    plan = {
        "version": 1,
        "edition": str(edition.id),
        "workspace": [str(edition.workspace_id), edition.workspace_name],
        "campaign": str(edition.campaign_id),
        "title": edition.title,
        "authors": sorted(str(author) for author in edition.authors),
        "from": [edition.from_name, edition.from_address],
        "reply_to": edition.reply_to,
        "unknown_policy": edition.unknown_policy,
        "fallback": edition.fallback_language,
        "schedule": {
            "kind": edition.schedule_kind,
            "at": edition.send_at.isoformat() if edition.send_at else None,
            "date": edition.local_date.isoformat() if edition.local_date else None,
            "time": edition.local_time.isoformat() if edition.local_time else None,
            "zone": edition.time_zone,
        },
        "audiences": [
            str(audience_id)
            for audience_id in edition.audiences.order_by("rank", "id").values_list(
                "audience_id", flat=True
            )
        ],
        "variants": sorted(
            [
                str(variant.audience_id or ""),
                variant.channel,
                variant.language,
                str(variant.id),
                text_digest(
                    language=variant.language,
                    direction=variant.direction,
                    channel=variant.channel,
                    subject=variant.subject,
                    body=variant.body,
                ).hex(),
            ]
            for variant in edition.variants.all()
        ),
        "recipients": {"total": total, "sha256": bytes(recipients).hex()},
    }
    canonical = json.dumps(plan, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"entente edition v1\x00" + canonical.encode()).digest()
