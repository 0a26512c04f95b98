"""Addresses of the team's pages, under /w/<workspace>/feedback/. What their scripts ask for is in `data_urls`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

app_name = "feedback"

_inbox: list[URLPattern] = []

_building: list[URLPattern] = []

_analysis: list[URLPattern] = []

urlpatterns: list[URLPattern | URLResolver] = [
    *_inbox,
    *_building,
    *_analysis,
    path("data/", include("comms.feedback.data_urls")),
]
