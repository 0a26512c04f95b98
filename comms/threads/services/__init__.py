"""Everything that changes threads."""

from comms.threads.services.envelopes import post_envelope
from comms.threads.services.epochs import open_thread, publish_epoch
from comms.threads.services.reading import mark_read

__all__ = ["mark_read", "open_thread", "post_envelope", "publish_epoch"]
