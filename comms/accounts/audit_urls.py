"""Addresses of the audit trail's page, under /w/<workspace>/audit/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.accounts.views import audit

app_name = "ledger"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", audit.trail, name="list"),
    path("check/", audit.check, name="check"),
    path("export.<str:extension>", audit.export, name="export"),
]
