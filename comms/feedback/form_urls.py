"""Addresses of a form for whoever answers, under /f/<address>/."""

from __future__ import annotations

from django.urls import URLPattern, path

from comms.feedback.views import answering
from comms.feedback.views import answering_data as data

app_name = "forms"

_pages: list[URLPattern] = [path("", answering.form_page, name="page")]

urlpatterns: list[URLPattern] = [
    *_pages,
    path("opening", data.opening, name="opening"),
    path("challenge", data.challenge, name="challenge"),
    path("files", data.files, name="files"),
    path("files/<uuid:file_id>/<int:number>", data.part, name="part"),
    path("send", data.send, name="send"),
]
