"""What members may read of their threads."""

from comms.threads.selectors.blobs import (
    BlobOfThread,
    BlobStatus,
    StoredChunk,
    get_blob,
    get_blob_status,
    get_chunk,
    get_upload,
    list_stale_blobs,
)
from comms.threads.selectors.envelopes import PAGE, EnvelopePage, list_envelopes
from comms.threads.selectors.epochs import (
    EpochOfMember,
    list_epochs,
    list_leaves,
    list_put_out,
)
from comms.threads.selectors.guests import (
    count_live_guests,
    get_guest,
    list_guests,
)
from comms.threads.selectors.guests import is_seated as is_guest_seated
from comms.threads.selectors.kept import DraftOfMember, get_draft, list_drafts, list_receipts
from comms.threads.selectors.keys import get_identity, guest_chains, succeeds
from comms.threads.selectors.people import MemberOfThread, list_members, list_people
from comms.threads.selectors.threads import (
    THREADS_AT_ONCE,
    Seat,
    Standing,
    ThreadOfMember,
    count_unread_threads,
    get_thread,
    has_threads,
    list_heads,
    list_muted,
    list_standings,
    list_threads,
    lock_seats,
    member_group,
    thread_group,
)

__all__ = [
    "PAGE",
    "THREADS_AT_ONCE",
    "BlobOfThread",
    "BlobStatus",
    "DraftOfMember",
    "EnvelopePage",
    "EpochOfMember",
    "MemberOfThread",
    "Seat",
    "Standing",
    "StoredChunk",
    "ThreadOfMember",
    "count_live_guests",
    "count_unread_threads",
    "get_blob",
    "get_blob_status",
    "get_chunk",
    "get_draft",
    "get_guest",
    "get_identity",
    "get_thread",
    "get_upload",
    "guest_chains",
    "has_threads",
    "is_guest_seated",
    "list_drafts",
    "list_envelopes",
    "list_epochs",
    "list_guests",
    "list_heads",
    "list_leaves",
    "list_members",
    "list_muted",
    "list_people",
    "list_put_out",
    "list_receipts",
    "list_stale_blobs",
    "list_standings",
    "list_threads",
    "lock_seats",
    "member_group",
    "succeeds",
    "thread_group",
]
