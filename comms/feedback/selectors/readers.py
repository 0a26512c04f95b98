"""Who may read what is sealed: whoever is in the form's thread now."""

from __future__ import annotations

import uuid

from comms.core.actors import Actor
from comms.threads import selectors as threads


def is_reader(actor: Actor, thread_id: uuid.UUID) -> bool:
    """Whether the actor is in the form's thread now. Inside `in_workspace`."""
    return threads.reads_form(thread_id, actor.user_id)
