"""Who may do what in the directory."""

from __future__ import annotations

from comms.core.actors import Actor, Role

_WRITERS = (Role.ADMIN, Role.DIPLOMAT, Role.EDITOR)
_OFFICERS = (Role.ADMIN, Role.EDITOR)


def can_view_directory(actor: Actor) -> bool:
    """Every member sees whom the team speaks to."""
    return bool(actor.roles)


def can_edit_stakeholders(actor: Actor) -> bool:
    """Make, change and archive stakeholders, their addresses and lawful bases."""
    return actor.holds(*_WRITERS)


def can_manage_lists(actor: Actor) -> bool:
    """Import, change many at once, export, and make audiences."""
    return actor.holds(*_OFFICERS)


def can_lift_suppressions(actor: Actor) -> bool:
    """Allow sending again to an address that was stopped."""
    return actor.holds(*_OFFICERS)
