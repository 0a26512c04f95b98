"""Key messages as pages and checks need them."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comms.content.models import KeyMessage
from comms.core.actors import Actor
from comms.core.errors import NotFoundError


def list_key_messages(actor: Actor, *, retired: bool = False) -> QuerySet[KeyMessage]:
    """Those in use (or the retired ones), required ones first, then the newest."""
    return KeyMessage.objects.filter(
        workspace_id=actor.workspace_id, retired_at__isnull=not retired
    ).order_by("-required", "-created_at")


def get_key_message(actor: Actor, key_message_id: uuid.UUID) -> KeyMessage:
    """The key message, retired or not. Raises NotFoundError."""
    found = KeyMessage.objects.filter(workspace_id=actor.workspace_id, id=key_message_id).first()
    if found is None:
        raise NotFoundError(_("There is no such key message in this workspace."))
    return found
