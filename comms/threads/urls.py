"""Addresses of threads, under /w/<workspace>/threads/."""

from __future__ import annotations

from django.urls import path

from comms.threads.views import blobs, data, guests, kept, pages

app_name = "threads"

urlpatterns = [
    path("", pages.list_page, name="list"),
    path("index", data.index, name="index"),
    path("drafts", kept.drafts, name="drafts"),
    path("muted", kept.muted, name="muted"),
    path("new", data.create, name="create"),
    path("<uuid:thread_id>/", pages.thread_page, name="thread"),
    path("<uuid:thread_id>/epochs", data.epochs, name="epochs"),
    path("<uuid:thread_id>/form-keys", data.form_keys, name="form_keys"),
    path("<uuid:thread_id>/envelopes", data.envelopes, name="envelopes"),
    path("<uuid:thread_id>/people", data.people, name="people"),
    path("<uuid:thread_id>/read", data.read, name="read"),
    path("<uuid:thread_id>/leaves", data.leaves, name="leaves"),
    path("<uuid:thread_id>/put-out", data.put_out, name="put_out"),
    path("<uuid:thread_id>/history", data.history, name="history"),
    path("<uuid:thread_id>/guests", guests.guests, name="guests"),
    path("<uuid:thread_id>/ephemeral", kept.ephemeral, name="ephemeral"),
    path("<uuid:thread_id>/mute", kept.mute, name="mute"),
    path("<uuid:thread_id>/receipts", kept.receipts, name="receipts"),
    path("<uuid:thread_id>/draft", kept.draft, name="draft"),
    path("<uuid:thread_id>/blobs", blobs.blobs, name="blobs"),
    path("<uuid:thread_id>/blobs/<uuid:blob_id>", blobs.blob, name="blob"),
    path("<uuid:thread_id>/blobs/<uuid:blob_id>/<int:number>", blobs.chunk, name="chunk"),
]
