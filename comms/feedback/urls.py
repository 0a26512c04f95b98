"""Addresses of the team's pages, under /w/<workspace>/feedback/. What their scripts ask for is in `data_urls`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from comms.feedback.views import analysis, building, cases, inbox, settings, work

app_name = "feedback"

_inbox: list[URLPattern] = [
    path("", inbox.inbox, name="inbox"),
    path("bulk", inbox.bulk, name="bulk"),
    path("cases/<uuid:case_id>/", cases.case, name="case"),
    path("cases/<uuid:case_id>/claim", work.claim, name="claim"),
    path("cases/<uuid:case_id>/close", work.close, name="close"),
    path("cases/<uuid:case_id>/reopen", work.reopen, name="reopen"),
    path("cases/<uuid:case_id>/work", work.work, name="work"),
    path("cases/<uuid:case_id>/panel", work.panel, name="panel"),
    path("cases/<uuid:case_id>/link", work.link, name="link"),
    path("cases/<uuid:case_id>/unlink", work.unlink, name="unlink"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/categories/new", settings.category_add, name="category_add"),
    path("settings/categories/<uuid:category_id>", settings.category, name="category"),
    path(
        "settings/categories/<uuid:category_id>/retire",
        settings.category_retire,
        name="category_retire",
    ),
    path("settings/texts/new", settings.template, name="template_new"),
    path("settings/texts/<uuid:template_id>", settings.template, name="template"),
    path(
        "settings/texts/<uuid:template_id>/delete",
        settings.template_delete,
        name="template_delete",
    ),
]

_building: list[URLPattern] = [
    path("forms/", building.list_page, name="forms"),
    path("forms/<uuid:form_id>/", building.form_page, name="form"),
    path("forms/<uuid:form_id>/share/", building.share_page, name="share"),
]

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
