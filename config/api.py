"""The REST API: every app's addresses under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from comms.accounts.api import urls as accounts
from comms.campaigns import api as campaigns
from comms.content import api as content
from comms.core.rest.openapi import OpenApiView
from comms.core.rest.views import not_here
from comms.directory.api import urls as directory
from comms.feedback.api import urls as feedback
from comms.ledger import api as ledger
from comms.threads.api import urls as threads

app_name = "api"

_workspace: list[URLPattern | URLResolver] = [
    *accounts.workspace,
    *directory.workspace,
    *content.workspace,
    *campaigns.workspace,
    *threads.workspace,
    *feedback.workspace,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    *accounts.outside,
    *ledger.outside,
    path("workspaces/<slug:workspace>/", include(_workspace)),
    re_path(r"^", not_here, name="not_here"),
]
