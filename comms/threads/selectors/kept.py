"""What is kept beside the transcript: the newest receipt of each member, one's own drafts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from comms.core.actors import Actor
from comms.threads.models import Draft, Member, Receipt
from comms.threads.selectors.threads import get_thread

DRAFTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class DraftOfMember:
    """A draft as its writer's browser sealed it."""

    thread_id: uuid.UUID
    number: int
    fingerprint: bytes
    box: bytes


def list_receipts(actor: Actor, thread_id: uuid.UUID) -> list[bytes]:
    """The newest receipt of each member who is in the thread now, at most 500. Raises NotFoundError."""
    seat = get_thread(actor, thread_id)
    members = Member.objects.filter(thread=seat.thread, removed_at=None).values("member_id")
    rows = Receipt.objects.filter(thread=seat.thread, member_id__in=members)
    return [bytes(content) for content in rows.values_list("content", flat=True)[:500]]


def list_drafts(actor: Actor) -> list[DraftOfMember]:
    """The actor's drafts that are not empty, the newest first, at most 200."""
    rows = (
        Draft.objects.filter(workspace_id=actor.workspace_id, member_id=actor.user_id)
        .exclude(box=b"")
        .order_by("-written_at")[:DRAFTS_AT_ONCE]
    )
    return [_of(row) for row in rows]


def get_draft(actor: Actor, thread_id: uuid.UUID) -> DraftOfMember | None:
    """The actor's draft in the thread, an empty one too since its number counts. Raises NotFoundError."""
    seat = get_thread(actor, thread_id)
    row = Draft.objects.filter(thread=seat.thread, member_id=actor.user_id).first()
    return _of(row) if row is not None else None


def _of(row: Draft) -> DraftOfMember:
    return DraftOfMember(row.thread_id, row.number, bytes(row.fingerprint), bytes(row.box))
