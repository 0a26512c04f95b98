"""What a person does in an encrypted conversation, on the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.accounts.browser import PASSPHRASE

WAIT = 40_000


@dataclass(frozen=True)
class GuestLink:
    """A link as the page shows it once."""

    address: str

    @property
    def guest(self) -> str:
        """The id, which the server knows."""
        return urlsplit(self.address).path.rstrip("/").rpartition("/")[2]

    @property
    def secret(self) -> bytes:
        """What nobody but whoever holds the link may know; the epoch's hash behind it is no secret."""
        return base64.urlsafe_b64decode(urlsplit(self.address).fragment + "==")[:32]


def arrive(page: Page, threads: str, email: str) -> Page:
    """Signs in and arrives at the list of conversations, whose address is `threads`."""
    page.goto(f"/accounts/sign-in/?next={threads}")
    page.locator("#id_login").fill(email)
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    # The sign-in page's own address ends alike.
    page.wait_for_url(lambda url: urlsplit(url).path == threads)
    expect(page.locator("[data-list-state]")).to_be_hidden(timeout=WAIT)
    return page


def open_thread(page: Page, address: str) -> Page:
    """Opens the conversation until something can be written in it."""
    page.goto(urlsplit(address).path)
    expect(page.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    return page


def add(page: Page, name: str, history: str) -> None:
    """Adds somebody to the open conversation: with `everything`, or with what comes from now on."""
    page.locator("[data-add-people]").click()
    dialog = page.locator("#add-people")
    dialog.get_by_label(name).check()
    dialog.locator(f'input[name="history"][value="{history}"]').check()
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_hidden(timeout=WAIT)


def begin(page: Page, title: str, *names: str) -> str:
    """Begins a conversation from the list of conversations; its address."""
    page.locator("[data-new-open]").click()
    page.locator("#new-title").fill(title)
    for name in names:
        page.get_by_label(name).check()
    page.locator("[data-new-form] button[type=submit]").click()
    page.wait_for_url(re.compile(r"/threads/[0-9a-f-]{36}/$"))
    expect(page.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    return page.url


def say(page: Page, text: str) -> None:
    page.locator("#composer-text").fill(text)
    page.locator("#composer-text").press("Enter")


def texts(page: Page) -> list[str]:
    """What was accepted, in order."""
    return page.locator("[data-seq] .said-text").all_inner_texts()


def sees(page: Page, *expected: str) -> None:
    expect(page.locator("[data-seq] .said-text")).to_have_text(list(expected), timeout=WAIT)


def invite_guest(
    page: Page, label: str, code: str = "", look: Callable[[Page], None] = lambda _page: None
) -> GuestLink:
    """Makes a link in the open conversation, with a code if one is given; `look` sees each dialog."""
    page.locator("[data-add-guest]").click()
    dialog = page.locator("#guest-link")
    look(page)
    dialog.get_by_label("Who it is for").fill(label)
    dialog.get_by_label("Code (optional)").fill(code)
    dialog.get_by_role("button", name="Make the link").click()
    made = page.locator("#guest-link-made")
    expect(made).to_be_visible(timeout=WAIT)
    look(page)
    link = GuestLink(made.locator("[data-guest-link]").input_value())
    expect(made.locator("svg path")).to_have_count(1)
    made.get_by_role("button", name="Done").click()
    expect(made.locator("[data-guest-link]")).to_have_value("")
    return link


def enter_as_guest(page: Page, link: GuestLink, name: str, code: str = "") -> None:
    """Opens the link and comes in."""
    page.goto(link.address)
    page.get_by_label("Your name").fill(name)
    if code:
        page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Come in").click()
    expect(page.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    assert urlsplit(page.url).fragment == ""


def message(page: Page, text: str) -> Locator:
    """The message with these words in it."""
    return page.locator("[data-id]", has=page.locator(".said-text", has_text=text)).last


def act(page: Page, text: str, name: str) -> None:
    """One of the buttons that show on a message."""
    message(page, text).hover()
    message(page, text).get_by_role("button", name=name, exact=True).click()
