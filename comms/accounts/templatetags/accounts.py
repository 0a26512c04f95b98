"""How roles are written on pages."""

from __future__ import annotations

from collections.abc import Collection

from django import template
from django.utils.translation import pgettext_lazy

from comms.core.actors import Role

register = template.Library()


@register.filter
def role_names(roles: Collection[str]) -> str:
    """The roles' names, in their usual order, in the reader's language."""
    separator = pgettext_lazy("between two items of a list", ", ")
    return str(separator).join(str(role.label) for role in Role if role in roles)
