"""The first lines of every selector and service: whether the actor's roles include this."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.core.errors import ForbiddenError
from comms.feedback import policies


def require_look(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may see forms and cases."""
    if not policies.can_look(actor):
        raise ForbiddenError(_("Your roles in this workspace do not include forms and cases."))


def require_build(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may make and publish forms."""
    if not policies.can_build(actor):
        raise ForbiddenError(_("Your roles in this workspace do not include building forms."))


def require_work(actor: Actor) -> None:
    """Raise ForbiddenError unless the actor may work on cases."""
    if not policies.can_work(actor):
        raise ForbiddenError(_("Your roles in this workspace do not include working on cases."))


def is_nobodys(actor: Actor) -> Q:
    """Cases without an owner who may work on them: one who has left or may not sign in is none."""
    able = accounts.ids_of_holders(actor.workspace_id, policies.WORKERS)
    return Q(owner_id=None) | ~Q(owner_id__in=able)
