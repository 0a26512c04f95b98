"""A negotiation from its first word to its last: two diplomats, a partner in Arabic, a guest on a phone.

One test of many small steps, since each stands on the one before.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import People, check_page
from tests.journeys.long_talk_cast import SLUG
from tests.journeys.talking import (
    WAIT,
    GuestLink,
    act,
    add,
    arrive,
    begin,
    enter_as_guest,
    invite_guest,
    message,
    open_thread,
    say,
)
from tests.stack.deployment import Deployment

THREADS = f"/w/{SLUG}/threads/"
KARIM, SALMA, GUEST = "Karim Counterpart", "Salma Partner", "Captain Idris"


@pytest.fixture(scope="module")
def desk(system: Deployment) -> Deployment:
    """The running system with the people of this talk."""
    system.run_inside("from tests.journeys.long_talk_cast import make; make()")
    return system


@pytest.fixture
def crew(people: People, desk: Deployment) -> People:
    """Browsers on a system that knows the people."""
    assert desk.url
    return people


@dataclass
class Table:
    """Everybody's page, each in a browser of their own."""

    hanne: Page
    karim: Page
    salma: Page
    guest: Page
    link: GuestLink

    @property
    def everyone(self) -> tuple[Page, ...]:
        return self.hanne, self.karim, self.salma, self.guest


@pytest.mark.slow
def test_a_talk_from_the_first_word_to_the_last(crew: People, tmp_path: Path) -> None:
    table = sit_down(crew)
    everybody_writes(table)
    words_are_answered_and_changed(table)
    a_paper_goes_round(table, tmp_path)
    one_is_cut_off_and_comes_back(crew, table)
    the_guest_is_shown_out(crew, table)
    the_partner_is_thanked_and_leaves_the_table(crew, table)
    the_two_go_on_and_agree(table)


def sign_in(crew: People, name: str, **browser: object) -> Page:
    """A fresh browser, at the list of conversations."""
    page = crew.browser_of(**browser).new_page()  # type: ignore[arg-type]  # passed on as it is
    return arrive(page, THREADS, f"{name}@long.example")


def reads(page: Page, *sentences: str) -> None:
    """What was accepted holds them; messages from before somebody came may stand above."""
    for sentence in sentences:
        expect(page.locator("[data-seq] .said-text", has_text=sentence)).to_have_count(
            1, timeout=WAIT
        )


def said(page: Page) -> list[str]:
    """What people have written, in order; what the page says itself is in each reader's language."""
    return page.locator("[data-seq] .said-text:not(.is-missing)").all_inner_texts()


def remove(page: Page, name: str) -> None:
    row = page.locator("[data-members] > li", has_text=name)
    row.get_by_role("button", name=re.compile("^Change")).click()
    dialog = page.locator("#member")
    dialog.get_by_role("button", name="Remove from the conversation").click()
    expect(dialog).to_be_hidden(timeout=WAIT)


def sit_down(crew: People) -> Table:
    """Hanne begins with Karim, adds Salma with all that was said, and a guest from now on."""
    hanne = sign_in(crew, "hanne")
    address = begin(hanne, "Exchange of prisoners", KARIM)
    say(hanne, "Before anybody else was here")
    add(hanne, SALMA, "everything")
    karim = open_thread(sign_in(crew, "karim", timezone="Asia/Beirut", dark=True), address)
    salma = open_thread(sign_in(crew, "salma", locale="ar", timezone="Asia/Damascus"), address)
    assert salma.locator("html").get_attribute("dir") == "rtl"
    for page in (karim, salma):
        reads(page, "Before anybody else was here")
    link = invite_guest(hanne, "Liaison officer", "two grey herons")
    guest = crew.browser_of(phone=True).new_page()
    enter_as_guest(guest, link, GUEST, "two grey herons")
    expect(hanne.locator("[data-members]")).to_contain_text(GUEST, timeout=WAIT)
    return Table(hanne, karim, salma, guest, link)


def everybody_writes(table: Table) -> None:
    """Each of the four is read by the other three, in both directions of writing."""
    words_of = {
        table.hanne: "Good morning to all of you",
        table.karim: "Good morning from our side",
        table.salma: "صباح الخير من المنظمة",
        table.guest: "Reporting from the crossing",
    }
    for page, words in words_of.items():
        say(page, words)
        # One after the other, so that the order is known.
        reads(page, words)
    for page in table.everyone:
        reads(page, *words_of.values())
    expect(table.guest.locator("[data-messages]")).not_to_contain_text("Before anybody else")
    arabic = message(table.hanne, "صباح الخير").locator(".said-text p")
    assert arabic.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    for page in table.everyone:
        check_page(page)


def words_are_answered_and_changed(table: Table) -> None:
    """A reaction, an answer, and an edit whose earlier words can be looked up."""
    act(table.karim, "Reporting from the crossing", "React")
    table.karim.get_by_role("button", name="React with 👍").click()
    for page in table.everyone:
        expect(page.locator(".reaction")).to_contain_text("1", timeout=WAIT)
    act(table.salma, "Good morning from our side", "رد")
    say(table.salma, "القائمة تضم أربعين اسما")
    expect(table.guest.locator(".said-quote")).to_contain_text("from our side", timeout=WAIT)
    reads(table.salma, "القائمة تضم أربعين اسما")
    composer = table.salma.locator("#composer-text")
    composer.press("ArrowUp")
    expect(composer).to_have_value("القائمة تضم أربعين اسما")
    composer.fill("القائمة تضم واحدا وأربعين اسما")
    composer.press("Enter")
    for page in table.everyone:
        reads(page, "القائمة تضم واحدا وأربعين اسما")
        expect(page.locator(".said-edited")).to_have_count(1)


def a_paper_goes_round(table: Table, folder: Path) -> None:
    """What Hanne attaches, the partner and the guest hold byte for byte."""
    paper = folder / "list of names.bin"
    paper.write_bytes(os.urandom(300_000))
    table.hanne.locator("[data-attach-input]").set_input_files([paper])
    expect(table.hanne.locator('.attached-file[data-phase="done"]')).to_have_count(1, timeout=WAIT)
    table.hanne.locator("#composer-text").press("Enter")
    for page in (table.salma, table.guest):
        card = page.locator("[data-seq] .file-card")
        expect(card).to_have_count(1, timeout=WAIT)
        with page.expect_download() as download:
            card.locator(".file-acts button").first.click()
        assert Path(download.value.path()).read_bytes() == paper.read_bytes()


def one_is_cut_off_and_comes_back(crew: People, table: Table) -> None:
    """Karim writes without a connection while the others go on; then all have the same, in one order."""
    table.karim.context.set_offline(True)
    say(table.karim, "Written in the tunnel")
    expect(table.karim.locator(".is-waiting .said-text")).to_have_text("Written in the tunnel")
    expect(table.karim.locator("[data-notice]")).to_be_visible(timeout=WAIT)
    say(table.hanne, "Said while Karim was away")
    reads(table.guest, "Said while Karim was away")
    table.karim.context.set_offline(False)
    for page in table.everyone:
        reads(page, "Said while Karim was away", "Written in the tunnel")
    expect(table.karim.locator(".is-waiting")).to_have_count(0, timeout=WAIT)
    assert said(table.karim) == said(table.hanne) == said(table.salma)
    assert said(table.guest) == said(table.hanne)[1:]
    crew.troubles.forgive("ERR_INTERNET_DISCONNECTED")


def the_guest_is_shown_out(crew: People, table: Table) -> None:
    """At once, and for good: neither what follows nor the link is open to them."""
    remove(table.hanne, GUEST)
    expect(table.guest.locator("[data-notice-text]")).to_contain_text(
        "not in this conversation any more", timeout=WAIT
    )
    say(table.karim, "Now between the three of us")
    for page in (table.hanne, table.karim, table.salma):
        reads(page, "Now between the three of us")
    expect(table.guest.locator("[data-messages]")).not_to_contain_text("between the three")
    finder = crew.browser_of().new_page()
    finder.goto(table.link.address)
    expect(finder.locator("[data-door-problem]")).to_be_visible(timeout=WAIT)
    crew.troubles.forgive("status of 404")


def the_partner_is_thanked_and_leaves_the_table(crew: People, table: Table) -> None:
    """Whoever is removed keeps nothing of what follows, also not after loading the page again."""
    remove(table.hanne, SALMA)
    expect(table.salma.locator("[data-notice]")).to_be_visible(timeout=WAIT)
    say(table.hanne, "Only the two of us")
    reads(table.karim, "Only the two of us")
    expect(table.salma.locator("[data-messages]")).not_to_contain_text("Only the two of us")
    reply = table.salma.goto(urlsplit(table.hanne.url).path)
    assert reply is not None
    assert reply.status == 404
    crew.troubles.forgive("status of 404")


def the_two_go_on_and_agree(table: Table) -> None:
    """To the end both have the same words in the same order, on a fresh page too."""
    say(table.karim, "We agree on the forty-one")
    reads(table.hanne, "We agree on the forty-one")
    before = said(table.hanne)
    assert said(table.karim) == before
    table.karim.reload()
    reads(table.karim, "We agree on the forty-one")
    assert said(table.karim) == before
    assert before[0] == "Before anybody else was here"
    assert before[-2:] == ["Only the two of us", "We agree on the forty-one"]
