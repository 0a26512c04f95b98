"""Who may do what with campaigns. Every member may read them."""

from __future__ import annotations

from comms.campaigns.models import Edition
from comms.core.actors import Actor, Role


def can_write(actor: Actor) -> bool:
    """Campaigns, editions, schedules, pausing and cancelling are the editors' work; administrators may help."""
    return actor.holds(Role.EDITOR, Role.ADMIN)


def can_approve(actor: Actor) -> bool:
    """Holds the approver's role. Whether for this edition too, `can_approve_edition` says."""
    return actor.holds(Role.APPROVER)


def can_approve_edition(actor: Actor, edition: Edition) -> bool:
    """An approver who had no hand in what the edition sends."""
    return (
        can_approve(actor)
        and actor.user_id != edition.author_id
        and actor.user_id not in edition.authors
    )


def can_hold(actor: Actor) -> bool:
    """Stopping is easier than sending: everyone but analysts may hold."""
    return actor.holds(Role.EDITOR, Role.ADMIN, Role.APPROVER, Role.DIPLOMAT)


def can_release(actor: Actor) -> bool:
    """Lifting a hold takes an administrator or an approver."""
    return actor.holds(Role.ADMIN, Role.APPROVER)


def can_set_caps(actor: Actor) -> bool:
    """How fast mail goes out is the administrator's business."""
    return actor.holds(Role.ADMIN)
