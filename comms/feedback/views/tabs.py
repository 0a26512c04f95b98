"""The parts of feedback."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from comms.accounts.scope import MemberRequest


def feedback_tabs(request: MemberRequest, active: str) -> list[dict[str, Any]]:
    """The inbox, the forms, what they say as a whole, and the settings."""
    tabs = [
        ("inbox", _("Inbox")),
        ("forms", _("Forms")),
        ("settings", _("Settings")),
    ]
    return [
        {
            "url": reverse(f"feedback:{name}", args=[request.workspace.slug]),
            "label": label,
            "active": name == active,
            "count": None,
        }
        for name, label in tabs
    ]
