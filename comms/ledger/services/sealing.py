"""Chaining entries: a gapless number, the hash before, and the hash over both."""

from __future__ import annotations

import hashlib
import uuid

from django.db import connection

from comms.core.tenancy import in_workspace
from comms.ledger import chain
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import get_head

BATCH = 1_000

_FIELDS = ("id", "at", "actor_id", "action", "subject_type", "subject_id", "details_hash")

_UPDATE = """
    UPDATE ledger_auditentry AS stored
    SET seq = given.seq, previous = given.previous, hash = given.hash
    FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::bytea[]) AS given(id, seq, previous, hash)
    WHERE stored.id = given.id AND stored.workspace_id = %s AND stored.seq IS NULL
"""


def seal_pending(workspace_id: uuid.UUID) -> int:
    """Chain every committed entry of the workspace that isn't yet; how many.

    One sealer at a time: while another is at work this returns 0 at once. Entries get their number in
    the order in which they were made; one whose transaction commits late comes after those already sealed.
    """
    total = 0
    while True:
        sealed = _seal_batch(workspace_id)
        total += sealed
        if sealed < BATCH:
            return total


def _seal_batch(workspace_id: uuid.UUID) -> int:
    with in_workspace(workspace_id), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_lock_of(workspace_id)])
        if not cursor.fetchone()[0]:
            return 0
        pending = AuditEntry.objects.filter(workspace_id=workspace_id, seq=None).order_by("id")
        rows = list(pending.values_list(*_FIELDS)[:BATCH])
        if not rows:
            return 0
        head = get_head(workspace_id)
        seq, previous = head.seq, head.hash
        ids, numbers, befores, hashes = [], [], [], []
        for entry_id, at, actor_id, action, subject_type, subject_id, details_hash in rows:
            seq += 1
            digest = chain.hash_entry(
                workspace_id=workspace_id,
                seq=seq,
                previous=previous,
                entry_id=entry_id,
                at=at,
                actor_id=actor_id,
                action=action,
                subject_type=subject_type,
                subject_id=subject_id,
                details_hash=bytes(details_hash),
            )
            ids.append(entry_id)
            numbers.append(seq)
            befores.append(previous)
            hashes.append(digest)
            previous = digest
        cursor.execute(_UPDATE, [ids, numbers, befores, hashes, workspace_id])
        return len(ids)


def _lock_of(workspace_id: uuid.UUID) -> int:
    digest = hashlib.sha256(b"ledger.seal" + workspace_id.bytes).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
