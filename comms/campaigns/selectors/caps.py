"""How fast a workspace lets mail go out."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from comms.campaigns.models import SendingCap
from comms.core.actors import Actor
from comms.core.errors import NotFoundError


def list_caps(actor: Actor) -> list[SendingCap]:
    """The workspace's limits: all mail first, then domains and senders by name."""
    caps = SendingCap.objects.filter(workspace_id=actor.workspace_id)
    return list(caps.order_by("kind", "key"))


def get_cap(actor: Actor, cap_id: uuid.UUID) -> SendingCap:
    """One of them. Raises NotFoundError."""
    found = SendingCap.objects.filter(workspace_id=actor.workspace_id, id=cap_id).first()
    if found is None:
        raise NotFoundError(_("This limit was lifted already."))
    return found
