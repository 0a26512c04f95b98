"""Everything that changes threads."""

from comms.threads.services.attending import mute_thread, note_look
from comms.threads.services.blobs import open_upload, remove_blob, store_chunk, sweep_blobs
from comms.threads.services.drafts import BOX_LIMIT as DRAFT_LIMIT
from comms.threads.services.drafts import save_draft
from comms.threads.services.envelopes import Posting, post_envelope, post_envelopes
from comms.threads.services.ephemeral import pass_on, post_receipt
from comms.threads.services.epochs import open_thread, publish_epoch
from comms.threads.services.guests import (
    LABEL_LIMIT as GUEST_LABEL_LIMIT,
)
from comms.threads.services.guests import (
    Challenge,
    admit_guest,
    challenge_guest,
    find_guest,
    make_guest,
    replace_guest_keys,
)
from comms.threads.services.history import grant_history
from comms.threads.services.holding import hold_sending, sweep_stale_keys
from comms.threads.services.leaving import leave_thread
from comms.threads.services.reading import mark_read
from comms.threads.services.seats import end_seats, sweep_seats
from comms.threads.services.waiting import mail_waiting

__all__ = [
    "DRAFT_LIMIT",
    "GUEST_LABEL_LIMIT",
    "Challenge",
    "Posting",
    "admit_guest",
    "challenge_guest",
    "end_seats",
    "find_guest",
    "grant_history",
    "hold_sending",
    "leave_thread",
    "mail_waiting",
    "make_guest",
    "mark_read",
    "mute_thread",
    "note_look",
    "open_thread",
    "open_upload",
    "pass_on",
    "post_envelope",
    "post_envelopes",
    "post_receipt",
    "publish_epoch",
    "remove_blob",
    "replace_guest_keys",
    "save_draft",
    "store_chunk",
    "sweep_blobs",
    "sweep_seats",
    "sweep_stale_keys",
]
