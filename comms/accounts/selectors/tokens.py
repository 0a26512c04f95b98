"""Reading API tokens."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comms.accounts import policies
from comms.accounts.models.tokens import ApiToken
from comms.core.actors import Actor
from comms.core.errors import NotFoundError


def list_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The tokens that the actor may see: their own; for administrators all of the workspace."""
    tokens = ApiToken.objects.filter(workspace_id=actor.workspace_id).select_related("made_by")
    if not policies.can_manage_members(actor):
        tokens = tokens.filter(made_by_id=actor.user_id)
    return tokens.order_by("-created_at", "-id")


def get_token(actor: Actor, token_id: uuid.UUID) -> ApiToken:
    """One of them. Raises NotFoundError."""
    found = list_tokens(actor).filter(id=token_id).first()
    if found is None:
        raise NotFoundError(_("There is no such token."))
    return found
