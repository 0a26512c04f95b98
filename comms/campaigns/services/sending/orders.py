"""What a sender is asked to do, and what came of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

RUN_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a sender is to do. `shard` numbers the senders that work side by side."""

    workspace_id: uuid.UUID
    edition_id: uuid.UUID
    shard: int = 0
    seconds: float = RUN_SECONDS


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    sent: int = 0
    touched: int = 0
    claims: int = 0
    more: bool = False
    error: str = ""
