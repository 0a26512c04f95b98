"""Templates as pages need them."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from comms.content.models import Template
from comms.core.actors import Actor
from comms.core.errors import NotFoundError


def list_templates(actor: Actor, *, archived: bool = False) -> QuerySet[Template]:
    """Those in use (or the archived ones), the newest first."""
    return Template.objects.filter(
        workspace_id=actor.workspace_id, archived_at__isnull=not archived
    ).order_by("-created_at")


def get_template(actor: Actor, template_id: uuid.UUID) -> Template:
    """The template, archived or not. Raises NotFoundError."""
    found = Template.objects.filter(workspace_id=actor.workspace_id, id=template_id).first()
    if found is None:
        raise NotFoundError(_("There is no such template in this workspace."))
    return found
