"""Tables of threads."""

from comms.threads.models.attendance import Attendance
from comms.threads.models.blobs import Blob, Chunk
from comms.threads.models.drafts import Draft
from comms.threads.models.envelopes import Envelope
from comms.threads.models.epochs import Epoch, Wrap
from comms.threads.models.form_keys import FormKey
from comms.threads.models.guests import Guest
from comms.threads.models.leaves import Leave
from comms.threads.models.receipts import Receipt
from comms.threads.models.telling import Telling
from comms.threads.models.threads import Member, Thread

__all__ = [
    "Attendance",
    "Blob",
    "Chunk",
    "Draft",
    "Envelope",
    "Epoch",
    "FormKey",
    "Guest",
    "Leave",
    "Member",
    "Receipt",
    "Telling",
    "Thread",
    "Wrap",
]
