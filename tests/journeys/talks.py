"""What the journeys on encrypted conversations share: their people's browsers, and the marker in all they write.

It may be found in no request that a browser sent and in no file of the deployment: the last test of test_threads.py
looks for it, after all others.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

from tests.journeys.talking import arrive
from tests.journeys.threads_cast import SLUG
from tests.stack.canary import Wire

MARKER = "zyxocanary"
THREADS = f"/w/{SLUG}/threads/"
WIRE = Wire()


def sign_in(context: BrowserContext, name: str) -> Page:
    """A fresh browser signs in and arrives at the list of conversations."""
    WIRE.listen(context)
    return arrive(context.new_page(), THREADS, f"{name}@example.org")
