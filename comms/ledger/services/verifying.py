"""Reading a whole trail again and saying whether it is what was written."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comms.core.key_encryption import MissingKeyError, SealedValueError
from comms.core.tenancy import in_workspace
from comms.ledger import chain
from comms.ledger.models import AuditEntry
from comms.ledger.selectors import Head

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found. `head` is the last entry that is certainly as it was written.

    `problem` is empty while the chain holds; `broken_at` is the number of the first entry that doesn't
    fit. `finished` is False when the time ran out before the end.
    """

    head: Head
    erased: int = 0
    problem: str | Promise = ""
    broken_at: int = 0
    finished: bool = True

    @property
    def intact(self) -> bool:
        """True when everything that was read is as it was written."""
        return not self.problem


def verify_chain(
    workspace_id: uuid.UUID, *, known: Head | None = None, seconds: float | None = None
) -> Verdict:
    """Recompute every hash of the workspace's trail, with the details that are still there.

    A chain can't show that its end was cut off: give `known`, a head kept elsewhere (a backup, an
    export), and it must be part of the chain. Stops after `seconds` if given.
    """
    head, erased = Head(0, chain.START), 0
    deadline = None if seconds is None else time.monotonic() + seconds
    while True:
        with in_workspace(workspace_id):
            entries = list(
                AuditEntry.objects.filter(workspace_id=workspace_id, seq__gt=head.seq).order_by(
                    "seq"
                )[:CHUNK]
            )
        for entry in entries:
            problem = _problem_of(entry, after=head, known=known)
            if problem:
                return Verdict(head, erased, problem, broken_at=head.seq + 1)
            head = Head(head.seq + 1, bytes(entry.hash or b""))
            erased += entry.salt is None
        if len(entries) < CHUNK:
            break
        if deadline is not None and time.monotonic() > deadline:
            return Verdict(head, erased, finished=False)
    if known is not None and known.seq > head.seq:
        return Verdict(
            head, erased, _("entries that were known before are missing"), broken_at=head.seq + 1
        )
    return Verdict(head, erased)


def _problem_of(entry: AuditEntry, *, after: Head, known: Head | None) -> str | Promise:
    """Why `entry` can't be the one that follows `after`, or nothing."""
    if entry.seq != after.seq + 1:
        return _("an entry is missing")
    if bytes(entry.previous or b"") != after.hash:
        return _("it doesn't follow the entry before it")
    digest = chain.hash_entry(
        workspace_id=entry.workspace_id,
        seq=entry.seq,
        previous=after.hash,
        entry_id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        action=entry.action,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        details_hash=bytes(entry.details_hash),
    )
    if digest != bytes(entry.hash or b""):
        return _("it was changed after it was sealed")
    if known is not None and known.seq == entry.seq and known.hash != digest:
        return _("it is not the entry that was known before")
    return _problem_of_details(entry)


def _problem_of_details(entry: AuditEntry) -> str | Promise:
    try:
        details = entry.details
    except (SealedValueError, MissingKeyError, ValueError):
        return _("its details can't be read")
    if entry.salt is None and details is None:
        return ""
    if entry.salt is None or details is None:
        return _("its details were half erased")
    digest = chain.hash_details(bytes(entry.salt), chain.canonical_details(details))
    return "" if digest == bytes(entry.details_hash) else _("its details were changed")
