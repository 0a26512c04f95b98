"""Addresses of the team's pages, under /w/<workspace>/feedback/. What their scripts ask for is in `data_urls`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from comms.feedback.views import analysis

app_name = "feedback"

_inbox: list[URLPattern] = []

_building: list[URLPattern] = []

_analysis: list[URLPattern] = [
    path("forms/<uuid:form_id>/analysis/", analysis.analysis_page, name="analysis"),
    path("forms/<uuid:form_id>/analysis/exported", analysis.exported, name="exported"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *_inbox,
    *_building,
    *_analysis,
    path("data/", include("comms.feedback.data_urls")),
]
