"""How many people some audiences are, and how many of them may be written to."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from comms.directory.models import Channel, Purpose
from comms.directory.selectors import BLOCKED_REASONS, count_sendable


@dataclass(frozen=True)
class Reach:
    """Counts of people, each once. `blocked` is by reason, in words."""

    sendable: int
    blocked: Mapping[str | Promise, int]

    @property
    def total(self) -> int:
        """Everyone in the audiences."""
        return self.sendable + sum(self.blocked.values())


def reach_of(audience_ids: Collection[uuid.UUID], *, purpose: Purpose) -> Reach:
    """Who is in at least one of these audiences. Inside `in_workspace`; raises NotFoundError."""
    if not audience_ids:
        return Reach(0, {})
    counts = count_sendable(audience_ids, channel=Channel.EMAIL, purpose=purpose)
    sendable = counts.pop("", 0)
    return Reach(
        sendable, {BLOCKED_REASONS.get(reason, reason): count for reason, count in counts.items()}
    )
