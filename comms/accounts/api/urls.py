"""Addresses of accounts in the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.accounts.api import audit, members

outside: list[URLPattern | URLResolver] = [path("me", members.MeView.as_view(), name="me")]

workspace: list[URLPattern | URLResolver] = [
    path("members", members.MembersView.as_view(), name="members"),
    path("audit-entries", audit.AuditEntriesView.as_view(), name="audit_entries"),
    path("audit-head", audit.AuditHeadView.as_view(), name="audit_head"),
]
