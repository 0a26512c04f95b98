"""Addresses of threads in the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.threads.api import blobs, kept, overview, sealed

_THREAD = "threads/<uuid:thread_id>"

workspace: list[URLPattern | URLResolver] = [
    path("threads", overview.ThreadsView.as_view(), name="threads"),
    path("threads/index", sealed.IndexView.as_view(), name="threads_index"),
    path("threads/drafts", kept.DraftsView.as_view(), name="threads_drafts"),
    path("threads/muted", kept.MutedView.as_view(), name="threads_muted"),
    path(_THREAD, overview.ThreadView.as_view(), name="thread"),
    path(_THREAD + "/members", overview.ThreadMembersView.as_view(), name="thread_members"),
    path(_THREAD + "/epochs", sealed.EpochsView.as_view(), name="thread_epochs"),
    path(_THREAD + "/form-keys", sealed.FormKeysView.as_view(), name="thread_form_keys"),
    path(_THREAD + "/envelopes", sealed.EnvelopesView.as_view(), name="thread_envelopes"),
    path(_THREAD + "/people", sealed.PeopleView.as_view(), name="thread_people"),
    path(_THREAD + "/guests", sealed.GuestsView.as_view(), name="thread_guests"),
    path(_THREAD + "/read", sealed.ReadView.as_view(), name="thread_read"),
    path(_THREAD + "/leaves", sealed.LeavesView.as_view(), name="thread_leaves"),
    path(_THREAD + "/put-out", sealed.PutOutView.as_view(), name="thread_put_out"),
    path(_THREAD + "/history", sealed.HistoryView.as_view(), name="thread_history"),
    path(_THREAD + "/ephemeral", kept.EphemeralView.as_view(), name="thread_ephemeral"),
    path(_THREAD + "/mute", kept.MuteView.as_view(), name="thread_mute"),
    path(_THREAD + "/receipts", kept.ReceiptsView.as_view(), name="thread_receipts"),
    path(_THREAD + "/draft", kept.DraftView.as_view(), name="thread_draft"),
    path(_THREAD + "/blobs", blobs.BlobsView.as_view(), name="thread_blobs"),
    path(_THREAD + "/blobs/<uuid:blob_id>", blobs.BlobView.as_view(), name="thread_blob"),
    path(
        _THREAD + "/blobs/<uuid:blob_id>/<int:number>",
        blobs.ChunkView.as_view(),
        name="thread_chunk",
    ),
]
