"""A sender at work on one edition: claim, make, hand over, settle, until nothing is due or its time is up.

The event loop talks to the mail server and to Valkey; everything that touches PostgreSQL or renders runs in
two threads, so that the next batch is made while this one goes out and no transaction is open meanwhile.

`sender` runs the whole, `hands` holds each batch and writes its outcomes back, `lookout` keeps the leases and
hears of a pause, `threads` does the work that blocks.
"""

from comms.campaigns.services.sending.orders import Order, Tally
from comms.campaigns.services.sending.sender import send_edition

__all__ = ["Order", "Tally", "send_edition"]
