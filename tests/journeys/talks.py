"""What the journeys on encrypted conversations share: their people's browsers, and the marker in all they write.

It may be found in no request that a browser sent and in no file of the deployment: the last test of test_threads.py
looks for it, after all others.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from tests.accounts.browser import PASSPHRASE
from tests.journeys.talking import WAIT
from tests.journeys.threads_cast import SLUG
from tests.stack.canary import Wire

MARKER = "zyxocanary"
THREADS = f"/w/{SLUG}/threads/"
WIRE = Wire()


def sign_in(context: BrowserContext, name: str) -> Page:
    """A fresh browser signs in and arrives at the list of conversations."""
    WIRE.listen(context)
    page = context.new_page()
    page.goto(f"/accounts/sign-in/?next={THREADS}")
    page.locator("#id_login").fill(f"{name}@example.org")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    # The sign-in page's own address ends alike.
    page.wait_for_url(lambda url: urlsplit(url).path == THREADS)
    expect(page.locator("[data-list-state]")).to_be_hidden(timeout=WAIT)
    return page
