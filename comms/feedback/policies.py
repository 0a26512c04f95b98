"""Who may do what with forms and cases. Who may read what is sealed, the form's thread says."""

from __future__ import annotations

from comms.core.actors import Actor, Role

WORKERS = (Role.ADMIN, Role.EDITOR, Role.DIPLOMAT)
"""Build forms and work on cases."""

LOOKERS = (*WORKERS, Role.ANALYST)
"""See forms, cases and their figures."""


def can_build(actor: Actor) -> bool:
    """Make, change, publish and close forms."""
    return actor.holds(*WORKERS)


def can_work(actor: Actor) -> bool:
    """Take over, change and answer cases, and keep the codebook and the reply templates."""
    return actor.holds(*WORKERS)


def can_look(actor: Actor) -> bool:
    """See forms, cases and what is open of the answers."""
    return actor.holds(*LOOKERS)
