"""A guest without an account: link, name, first message, on a phone; then the link is ended."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.browsing import People, check_page
from tests.journeys.guests_cast import SLUG
from tests.journeys.talking import WAIT, arrive, begin, invite_guest, say
from tests.stack.canary import Wire, files_and_output, kinds_with
from tests.stack.deployment import Deployment

THREADS = f"/w/{SLUG}/threads/"
CODE = "blue harbour"
NAME, LABEL = "Amal Qasimi", "Harbour desk"


@pytest.fixture(scope="module")
def group(system: Deployment) -> Deployment:
    """The shared system, with this journey's people in it."""
    system.run_inside("from tests.journeys.guests_cast import make; make()")
    return system


@pytest.fixture
def crew(people: People, group: Deployment) -> People:
    """Browsers on a system that knows the people."""
    assert group.url
    return people


def sign_in(context: BrowserContext) -> Page:
    return arrive(context.new_page(), THREADS, "mara@example.org")


def reads(page: Page, text: str) -> None:
    expect(page.locator("[data-messages]")).to_contain_text(text, timeout=WAIT)


def test_a_guest_comes_in_writes_and_is_shown_out(crew: People, group: Deployment) -> None:
    mara = sign_in(crew.browser_of())
    begin(mara, "Harbour access", "Tarek Team")
    say(mara, "before the guest")
    reads(mara, "before the guest")
    link = invite_guest(mara, LABEL, CODE, look=check_page)
    expect(mara.locator("[data-members]")).to_contain_text(LABEL, timeout=WAIT)
    expect(mara.locator("[data-members]")).to_contain_text("not been opened yet")

    # On a phone, with nothing but the link and the code. The secret never leaves the browser.
    wire = Wire()
    phone = crew.browser_of(phone=True)
    wire.listen(phone)
    guest = phone.new_page()
    guest.goto(link.address)
    expect(guest.get_by_label("Your name")).to_be_visible(timeout=WAIT)
    # Whoever finds an address learns nothing from it, not even whose it is.
    expect(guest.locator(".crest-name")).to_have_text("Entente")
    check_page(guest)
    guest.get_by_label("Your name").fill(NAME)
    guest.get_by_label("Code").fill("red harbour")
    guest.get_by_role("button", name="Come in").click()
    expect(guest.locator("[data-door-problem]")).to_contain_text("9 tries are left", timeout=WAIT)
    crew.troubles.forgive("status of 422")
    guest.get_by_label("Code").fill(CODE)
    guest.get_by_role("button", name="Come in").click()
    expect(guest.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    assert urlsplit(guest.url).fragment == ""
    say(guest, "hello from the harbour")
    reads(guest, "hello from the harbour")
    expect(guest.locator("[data-messages]")).not_to_contain_text("before the guest")
    check_page(guest)

    # Everybody sees who this is, live, and answers.
    reads(mara, "hello from the harbour")
    expect(mara.locator("[data-members]")).to_contain_text(NAME, timeout=WAIT)
    expect(mara.locator(".said-guest").first).to_have_text("Guest")
    say(mara, "welcome, Amal")
    reads(guest, "welcome, Amal")

    # The link is dead; the same browser comes back without it.
    hidden: list[str | bytes] = [link.secret, CODE, NAME, LABEL, "hello from the harbour"]
    assert not wire.with_any(hidden)
    assert kinds_with(files_and_output(group), {"guest": hidden}) == {"guest": set()}
    thief = crew.browser_of().new_page()
    thief.goto(link.address)
    expect(thief.locator("[data-door-problem]")).to_contain_text("opened before", timeout=WAIT)
    guest.reload()
    reads(guest, "welcome, Amal")

    # Shown out: at once, with a new key, and the link says so.
    row = mara.locator("[data-members] > li", has_text=NAME)
    row.get_by_role("button", name=re.compile("^Change")).click()
    dialog = mara.locator("#member")
    dialog.get_by_role("button", name="Remove from the conversation").click()
    expect(dialog).to_be_hidden(timeout=WAIT)
    expect(guest.locator("[data-notice-text]")).to_contain_text(
        "not in this conversation any more", timeout=WAIT
    )
    say(mara, "without the guest")
    reads(mara, "without the guest")
    expect(guest.locator("[data-messages]")).not_to_contain_text("without the guest")
    guest.reload()
    expect(guest.locator("[data-door-problem]")).to_contain_text("was withdrawn", timeout=WAIT)
    check_page(guest)
    crew.troubles.forgive("status of 404")
