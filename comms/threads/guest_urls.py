"""Addresses of a guest, under /g/<workspace>/<guest>/: the page of their link, and their one thread."""

from __future__ import annotations

from django.urls import path

from comms.threads.views import blobs, data, guests, kept
from comms.threads.views.answers import for_guests

app_name = "guests"

urlpatterns = [
    path("", guests.page, name="page"),
    path("challenge", guests.challenge, name="challenge"),
    path("pass", guests.enter, name="pass"),
    path("keys", for_guests(guests.keys, "POST"), name="keys"),
    path("<uuid:thread_id>/epochs", for_guests(data.epochs, "GET", "POST"), name="epochs"),
    path("<uuid:thread_id>/envelopes", for_guests(data.envelopes, "GET", "POST"), name="envelopes"),
    path("<uuid:thread_id>/people", for_guests(data.people, "GET"), name="people"),
    path("<uuid:thread_id>/guests", for_guests(guests.others, "GET"), name="guests"),
    path("<uuid:thread_id>/read", for_guests(data.read, "POST"), name="read"),
    path("<uuid:thread_id>/leaves", for_guests(data.leaves, "GET", "POST"), name="leaves"),
    path("<uuid:thread_id>/put-out", for_guests(data.put_out, "GET"), name="put_out"),
    path("<uuid:thread_id>/ephemeral", for_guests(kept.ephemeral, "POST"), name="ephemeral"),
    path("<uuid:thread_id>/receipts", for_guests(kept.receipts, "GET", "POST"), name="receipts"),
    path("<uuid:thread_id>/draft", for_guests(kept.draft, "GET", "POST"), name="draft"),
    path("<uuid:thread_id>/blobs", for_guests(blobs.blobs, "POST"), name="blobs"),
    path(
        "<uuid:thread_id>/blobs/<uuid:blob_id>",
        for_guests(blobs.blob, "GET", "DELETE"),
        name="blob",
    ),
    path(
        "<uuid:thread_id>/blobs/<uuid:blob_id>/<int:number>",
        for_guests(blobs.chunk, "GET", "PUT"),
        name="chunk",
    ),
]
