"""Addresses of the way back, under /r/<workspace>/."""

from __future__ import annotations

from django.urls import URLPattern, path

from comms.feedback.views import answering
from comms.feedback.views import returning_data as data

app_name = "returning"

_pages: list[URLPattern] = [path("", answering.return_page, name="page")]

urlpatterns: list[URLPattern] = [
    *_pages,
    path("challenge", data.challenge, name="challenge"),
    path("enter", data.enter, name="enter"),
    path("dialogue", data.dialogue, name="dialogue"),
    path("rating", data.rating, name="rating"),
    path("files", data.files, name="files"),
    path("files/<uuid:file_id>/<int:number>", data.part, name="part"),
    path("erase", data.erase, name="erase"),
]
