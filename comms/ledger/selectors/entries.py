"""Reading a trail."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError
from comms.core.tenancy import in_workspace
from comms.ledger import policies
from comms.ledger.models import AuditEntry

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What of a trail is wanted; what is left empty doesn't narrow it.

    `action` is a whole action or an app and its dot ("campaigns."). `since` and `until` are moments;
    `until` itself is left out. `by_system` asks for acts without a person.
    """

    person_id: uuid.UUID | None = None
    by_system: bool = False
    action: str = ""
    subject_type: str = ""
    subject_id: uuid.UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def list_entries(actor: Actor, wanted: EntryFilter | None = None) -> QuerySet[AuditEntry]:
    """The trail of the actor's workspace, newest first. Raises ForbiddenError."""
    if not policies.can_read_trail(actor):
        raise ForbiddenError(_("Only administrators and analysts read the audit trail."))
    entries = AuditEntry.objects.filter(workspace_id=actor.workspace_id).order_by("-id")
    return _narrowed(entries, wanted) if wanted else entries


def _narrowed(entries: QuerySet[AuditEntry], wanted: EntryFilter) -> QuerySet[AuditEntry]:
    if wanted.person_id:
        entries = entries.filter(actor_id=wanted.person_id)
    if wanted.by_system:
        entries = entries.filter(actor_id=None)
    if wanted.action.endswith("."):
        entries = entries.filter(action__startswith=wanted.action)
    elif wanted.action:
        entries = entries.filter(action=wanted.action)
    if wanted.subject_type:
        entries = entries.filter(subject_type=wanted.subject_type)
    if wanted.subject_id:
        entries = entries.filter(subject_id=wanted.subject_id)
    if wanted.since:
        entries = entries.filter(at__gte=wanted.since)
    if wanted.until:
        entries = entries.filter(at__lt=wanted.until)
    return entries


def iterate_entries(actor: Actor, wanted: EntryFilter) -> Iterator[AuditEntry]:
    """The same from the oldest on, as long as it is: each thousand in a short transaction of its own."""
    after = uuid.UUID(int=0)
    while True:
        with in_workspace(actor.workspace_id):
            chunk = list(list_entries(actor, wanted).filter(id__gt=after).order_by("id")[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1].id
