"""How roles and browsers are written on pages."""

from __future__ import annotations

from collections.abc import Collection

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from comms.accounts.models import Scope
from comms.core.actors import Role

register = template.Library()

# In this order: Edge says that it is Chrome, Chrome that it is Safari, and every phone that it is a desktop.
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def role_names(roles: Collection[str]) -> str:
    """The roles' names, in their usual order, in the reader's language."""
    separator = pgettext_lazy("between two items of a list", ", ")
    return str(separator).join(str(role.label) for role in Role if role in roles)


@register.filter
def scope_names(scopes: Collection[str]) -> str:
    """What a token may do, in words and in the order of the form that makes one."""
    separator = pgettext_lazy("between two items of a list", ", ")
    return str(separator).join(str(scope.label) for scope in Scope if scope in scopes)


@register.filter
def browser_name(user_agent: str) -> str:
    """A browser as a person calls it; what it says of itself where we know none of it."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    if not browser and "Safari/" in user_agent:
        browser = "Safari"
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:60] or _("An unknown browser")
