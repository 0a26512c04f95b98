"""Addresses of the public log's page, under /w/<workspace>/log/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.accounts.views import log

app_name = "log"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", log.log_page, name="page"),
    path("witnesses/add/", log.witness_add, name="witness_add"),
    path("witnesses/<uuid:witness_id>/remove/", log.witness_remove, name="witness_remove"),
]
