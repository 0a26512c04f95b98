"""Categories that cases are sorted by, and texts that replies begin with."""

from __future__ import annotations

import uuid

from django.db.models import Count
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.feedback.models import Category, ReplyTemplate
from comms.feedback.selectors.doors import require_look


def list_categories(actor: Actor) -> list[tuple[Category, int]]:
    """The codebook by code, each entry with the number of its cases; at most 500."""
    require_look(actor)
    rows = Category.objects.filter(workspace_id=actor.workspace_id).order_by("code")[:500]
    counts = dict(
        Category.objects.filter(workspace_id=actor.workspace_id)
        .values_list("id")
        .annotate(count=Count("cases"))
        .order_by()
    )
    return [(row, counts.get(row.id, 0)) for row in rows]


def get_category(actor: Actor, category_id: uuid.UUID) -> Category:
    """One entry. Raises NotFoundError."""
    require_look(actor)
    found = Category.objects.filter(workspace_id=actor.workspace_id, id=category_id).first()
    if found is None:
        raise NotFoundError(_("There is no such category in this workspace."))
    return found


def list_templates(actor: Actor) -> list[ReplyTemplate]:
    """Reply templates by name and language; at most 500."""
    require_look(actor)
    rows = ReplyTemplate.objects.filter(workspace_id=actor.workspace_id)
    return list(rows.order_by("name", "language")[:500])


def get_template(actor: Actor, template_id: uuid.UUID) -> ReplyTemplate:
    """One template. Raises NotFoundError."""
    require_look(actor)
    found = ReplyTemplate.objects.filter(workspace_id=actor.workspace_id, id=template_id).first()
    if found is None:
        raise NotFoundError(_("There is no such reply template in this workspace."))
    return found
