"""Addresses of threads, under /w/<workspace>/threads/."""

from __future__ import annotations

from django.urls import path

from comms.threads.views import data, pages

app_name = "threads"

urlpatterns = [
    path("", pages.list_page, name="list"),
    path("index", data.index, name="index"),
    path("new", data.create, name="create"),
    path("<uuid:thread_id>/", pages.thread_page, name="thread"),
    path("<uuid:thread_id>/epochs", data.epochs, name="epochs"),
    path("<uuid:thread_id>/envelopes", data.envelopes, name="envelopes"),
    path("<uuid:thread_id>/people", data.people, name="people"),
    path("<uuid:thread_id>/read", data.read, name="read"),
]
