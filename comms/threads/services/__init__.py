"""Everything that changes threads."""

from comms.threads.services.blobs import open_upload, remove_blob, store_chunk, sweep_blobs
from comms.threads.services.drafts import BOX_LIMIT as DRAFT_LIMIT
from comms.threads.services.drafts import save_draft
from comms.threads.services.envelopes import post_envelope
from comms.threads.services.ephemeral import pass_on, post_receipt
from comms.threads.services.epochs import open_thread, publish_epoch
from comms.threads.services.history import grant_history
from comms.threads.services.leaving import leave_thread
from comms.threads.services.reading import mark_read
from comms.threads.services.seats import end_seats, sweep_seats

__all__ = [
    "DRAFT_LIMIT",
    "end_seats",
    "grant_history",
    "leave_thread",
    "mark_read",
    "open_thread",
    "open_upload",
    "pass_on",
    "post_envelope",
    "post_receipt",
    "publish_epoch",
    "remove_blob",
    "save_draft",
    "store_chunk",
    "sweep_blobs",
    "sweep_seats",
]
