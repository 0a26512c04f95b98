"""What a person does in an encrypted conversation, on the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

WAIT = 40_000


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
