"""Every address of the product. Pages of a workspace live under /w/<workspace>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from comms.core import views as core

_workspace: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", core.healthz, name="healthz"),
    path("readyz", core.readyz, name="readyz"),
    path("accounts/", include("comms.accounts.sign_in_urls")),
    path("", include("comms.accounts.urls")),
    path("api/v1/", include("config.api")),
    path("w/<slug:workspace>/", include(_workspace)),
]
