"""The one refusal that every service of content begins with."""

from __future__ import annotations

from django.utils.translation import gettext as _

from comms.content import policies
from comms.core.actors import Actor
from comms.core.errors import ForbiddenError


def require_writer(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may change content."""
    if not policies.can_write(actor):
        raise ForbiddenError(_("Only editors and administrators can change content."))
