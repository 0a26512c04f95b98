"""Who may read the audit trail."""

from __future__ import annotations

from comms.core.actors import Actor, Role


def can_read_trail(actor: Actor) -> bool:
    """Administrators and analysts read, check and export the trail of their workspace."""
    return actor.holds(Role.ADMIN, Role.ANALYST)


def can_manage_witnesses(actor: Actor) -> bool:
    """Administrators say whose co-signatures the log collects."""
    return actor.holds(Role.ADMIN)
