"""Who may do what with content. Every member may read it."""

from __future__ import annotations

from comms.core.actors import Actor, Role


def can_write(actor: Actor) -> bool:
    """Templates, their texts and key messages are the editors' work; an administrator may help out."""
    return actor.holds(Role.EDITOR, Role.ADMIN)
