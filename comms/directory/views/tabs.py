"""The parts of the directory."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from comms.accounts.scope import MemberRequest
from comms.directory import policies


def directory_tabs(request: MemberRequest, active: str) -> list[dict[str, Any]]:
    """Stakeholders, audiences, and for officers imports."""
    tabs = [("list", _("Stakeholders")), ("audiences", _("Audiences"))]
    if policies.can_manage_lists(request.actor):
        tabs.append(("imports", _("Imports")))
    return [
        {
            "url": reverse(f"directory:{name}", args=[request.workspace.slug]),
            "label": label,
            "active": name == active,
            "count": None,
        }
        for name, label in tabs
    ]
