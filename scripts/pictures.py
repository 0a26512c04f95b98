"""Takes the README's pictures from a running demonstration.

make run DEMO=1, then: .venv/bin/python scripts/pictures.py http://localhost:8000 AMINA DANIEL
with the passphrases that it printed for amina@demo.example and daniel@demo.example.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WORKSPACE = "/w/demo/"
# An address with an id in it: the page of one thing, not a list.
UUID = "[href*='-7']"


def sign_in(browser: Browser, base: str, name: str, passphrase: str, **look: str) -> Page:
    """A page of a person who has just signed in."""
    context = browser.new_context(
        base_url=base,
        viewport={"width": 1280, "height": 820},
        color_scheme="dark" if look.get("scheme") == "dark" else "light",
        locale=look.get("locale", "en"),
    )
    page = context.new_page()
    page.goto("/accounts/sign-in/")
    page.locator("#id_login").fill(f"{name}@demo.example")
    page.locator("#passphrase").fill(passphrase)
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path.startswith(WORKSPACE), timeout=60_000)
    return page


def keep(page: Page, name: str) -> None:
    """The picture of the page as it stands."""
    page.screenshot(path=PICTURES / f"{name}.png")


def talk(page: Page) -> None:
    """A conversation with a few messages."""
    page.goto(f"{WORKSPACE}threads/")
    page.locator("[data-new-open]").click()
    page.locator("#new-title").fill("Humanitarian corridor, working group")
    page.locator("[data-new-form] input[type=checkbox]").first.check()
    page.locator("[data-new-form] button[type=submit]").click()
    expect(page.locator("[data-composer]")).to_be_visible(timeout=60_000)
    for text in (
        "Both sides have seen the third draft. The southern route is agreed in principle.",
        "Open point: who confirms the opening hours each morning.",
        "I propose we settle it before Thursday's call.",
    ):
        page.locator("#composer-text").fill(text)
        page.locator("#composer-text").press("Enter")
        expect(page.locator("[data-seq] .said-text").last).to_have_text(text, timeout=60_000)


def main(base: str, administrator: str, diplomat: str) -> None:
    """All pictures, by name, into docs/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        page = sign_in(browser, base, "amina", administrator)
        page.goto(f"{WORKSPACE}campaigns/")
        page.locator(f"main a[href*='campaigns/']{UUID}").last.click()
        page.wait_for_load_state()
        keep(page, "edition-light")
        page.goto(f"{WORKSPACE}directory/")
        keep(page, "directory-light")

        page = sign_in(browser, base, "daniel", diplomat)
        talk(page)
        keep(page, "thread-light")

        page = sign_in(browser, base, "amina", administrator, scheme="dark")
        page.goto(f"{WORKSPACE}content/")
        page.locator(f"main a[href*='content/']{UUID}").first.click()
        page.wait_for_load_state()
        keep(page, "template-dark")
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
