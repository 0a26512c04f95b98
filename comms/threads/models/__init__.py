"""Tables of threads."""

from comms.threads.models.envelopes import Envelope
from comms.threads.models.epochs import Epoch, Wrap
from comms.threads.models.threads import Member, Thread

__all__ = ["Envelope", "Epoch", "Member", "Thread", "Wrap"]
