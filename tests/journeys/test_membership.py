"""Who is in a conversation, whose keys are verified, and what a lost browser can still do: in real browsers."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.accounts.browser import PASSPHRASE
from tests.journeys.browsing import People, check_page
from tests.journeys.membership_cast import SLUG
from tests.journeys.talking import WAIT, add, arrive, begin, open_thread, say, sees
from tests.stack.deployment import Deployment

THREADS = f"/w/{SLUG}/threads/"
NADIA, OMAR, LUCIA = "Nadia Negotiator", "Omar Observer", "Lucia Liaison"
VIKTOR = "Viktor Visitor"


@pytest.fixture(scope="module")
def delegation(system: Deployment) -> Deployment:
    """The shared system, with this journey's people in it."""
    make = "from tests.journeys.membership_cast import make; make()"
    system.run_inside(make)
    return system


@pytest.fixture
def crew(people: People, delegation: Deployment) -> People:
    """Browsers on a system that knows the people."""
    assert delegation.url
    return people


def sign_in(context: BrowserContext, name: str) -> Page:
    """A fresh browser signs in and arrives at the list of conversations."""
    return arrive(context.new_page(), THREADS, f"{name}@example.org")


def row_of(page: Page, name: str) -> Locator:
    return page.locator("[data-members] > li", has_text=name)


def change(page: Page, name: str) -> Locator:
    """Opens the dialog of one member."""
    row_of(page, name).get_by_role("button", name=re.compile("^Change")).click()
    return page.locator("#member")


def happened(page: Page, sentence: str) -> None:
    expect(page.locator("[data-messages] .happened", has_text=sentence)).to_have_count(
        1, timeout=WAIT
    )


def test_added_people_read_what_they_are_shown_and_removed_ones_nothing_new(crew: People) -> None:
    nadia = sign_in(crew.browser_of(), "nadia")
    address = begin(nadia, "Ceasefire line", OMAR)
    say(nadia, "before Lucia")
    sees(nadia, "before Lucia")
    check_page(nadia)

    add(nadia, LUCIA, "everything")
    expect(nadia.locator("[data-readers]")).to_contain_text(LUCIA, timeout=WAIT)
    happened(nadia, "added")
    say(nadia, "welcome")
    lucia = open_thread(sign_in(crew.browser_of(phone=True), "lucia"), address)
    sees(lucia, "before Lucia", "welcome")
    lucia.locator("[data-details-open]").click()
    expect(lucia.locator("[data-chronicle]")).to_contain_text("opened the conversation")
    expect(lucia.locator("[data-add-people]")).to_be_hidden()
    check_page(lucia)
    lucia.keyboard.press("Escape")
    expect(lucia.locator("[data-details-close]")).to_be_hidden()

    dialog = change(nadia, LUCIA)
    check_page(nadia)
    dialog.get_by_role("button", name="Remove from the conversation").click()
    expect(dialog).to_be_hidden(timeout=WAIT)
    expect(nadia.locator("[data-readers]")).not_to_contain_text(LUCIA)
    say(nadia, "without Lucia")
    sees(nadia, "before Lucia", "welcome", "without Lucia")
    expect(lucia.locator("[data-notice-text]")).to_contain_text("not in this conversation any more")
    expect(lucia.locator("[data-messages]")).not_to_contain_text("without Lucia")
    # Her page, with every key that it has, asks again: the server gives it nothing.
    for part in ("envelopes", "epochs", "people", "leaves"):
        reply = lucia.evaluate("(address) => fetch(address).then((answer) => answer.status)", part)
        assert reply == 404, part
    crew.troubles.forgive("status of 404")

    # Added again from now on only: what was said without her stays closed.
    add(nadia, LUCIA, "now")
    say(nadia, "again with Lucia")
    # The page that stood there shut goes on by itself.
    expect(lucia.locator("[data-messages]")).to_contain_text("again with Lucia", timeout=WAIT)
    expect(lucia.locator("[data-messages]")).not_to_contain_text("without Lucia")
    expect(lucia.locator("[data-notice]")).to_be_hidden()
    say(lucia, "here I am")
    sees(lucia, "again with Lucia", "here I am")
    change(nadia, LUCIA).get_by_role("button", name="Show them everything").click()
    expect(lucia.locator("[data-messages]")).to_contain_text("without Lucia", timeout=WAIT)


def test_an_owner_hands_over_and_leaves(crew: People) -> None:
    nadia = sign_in(crew.browser_of(), "nadia")
    address = begin(nadia, "Handover", OMAR, LUCIA)
    omar = open_thread(sign_in(crew.browser_of(locale="ar"), "omar"), address)
    assert omar.locator("html").get_attribute("dir") == "rtl"
    check_page(omar)
    expect(nadia.locator("[data-one-owner]")).to_be_visible()
    nadia.locator("[data-leave]").click()
    leaving = nadia.locator("#leave-thread")
    expect(leaving).to_contain_text("only owner")
    expect(leaving.locator("[data-leave-do]")).to_be_hidden()
    leaving.get_by_role("button", name="Stay").click()

    dialog = change(nadia, OMAR)
    dialog.locator('input[name="role"][value="owner"]').check()
    dialog.get_by_role("button", name="Save").click()
    expect(nadia.locator("[data-one-owner]")).to_be_hidden(timeout=WAIT)
    nadia.locator("[data-leave]").click()
    leaving.locator("[data-leave-do]").click()
    nadia.wait_for_url(lambda url: urlsplit(url).path == THREADS)
    expect(nadia.locator("[data-list]")).not_to_contain_text("Handover")

    # Omar's browser makes the key that shuts her out, and goes on.
    expect(omar.locator("[data-readers]")).not_to_contain_text(NADIA, timeout=WAIT)
    say(omar, "بدون نادية")
    sees(omar, "بدون نادية")
    lucia = open_thread(sign_in(crew.browser_of(), "lucia"), address)
    sees(lucia, "بدون نادية")
    happened(lucia, f"{NADIA}⁩ left")
    reply = nadia.goto(address)
    assert reply is not None
    assert reply.status == 404
    crew.troubles.forgive("status of 404")


def test_whoever_is_removed_from_the_workspace_is_out_of_its_conversations(crew: People) -> None:
    nadia = sign_in(crew.browser_of(), "nadia")
    address = begin(nadia, "Visit", LUCIA, VIKTOR)
    lucia = open_thread(sign_in(crew.browser_of(), "lucia"), address)
    viktor = sign_in(crew.browser_of(phone=True), "viktor")
    his_own = begin(viktor, "Viktor's", NADIA, OMAR)
    open_thread(viktor, address)
    nadia.goto(f"/w/{SLUG}/settings/members/")
    nadia.get_by_role("link", name=f"Remove {VIKTOR}").click()
    nadia.locator("main form button[type=submit]").click()
    expect(nadia.get_by_role("link", name=f"Remove {VIKTOR}")).to_have_count(0)

    # His page closes at once. A member's browser may not leave him out: it waits for an owner's, and says so.
    expect(viktor.locator("main")).to_contain_text("nothing here for you")
    for part in ("envelopes", "epochs", "people", "put-out"):
        reply = viktor.evaluate("(address) => fetch(address).then((answer) => answer.status)", part)
        assert reply == 404, part
    crew.troubles.forgive("status of 404")
    notice = lucia.locator("[data-notice-text]")
    expect(notice).to_contain_text("No longer in this workspace")
    expect(notice).to_contain_text(VIKTOR)
    expect(lucia.locator("[data-composer] [type=submit]")).to_be_disabled()
    check_page(lucia)
    open_thread(nadia, address)
    expect(lucia.locator("[data-notice]")).to_be_hidden(timeout=WAIT)
    expect(lucia.locator("[data-readers]")).not_to_contain_text(VIKTOR)
    say(lucia, "without Viktor")
    sees(nadia, "without Viktor")
    happened(nadia, "removed")

    # The only owner of another one is gone: nobody can make its next key, so they go on in a new one.
    open_thread(nadia, his_own)
    notice = nadia.locator("[data-notice-text]")
    expect(notice).to_contain_text("no other owner", timeout=WAIT)
    check_page(nadia)
    nadia.get_by_role("button", name="Go on in a new conversation").click()
    nadia.wait_for_url(lambda url: "/threads/" in url and url not in {his_own, f"{his_own}#"})
    expect(nadia.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    expect(nadia.get_by_role("heading", name="Viktor's")).to_be_visible()
    before = nadia.get_by_role("link", name="an earlier conversation").first
    expect(before).to_have_attribute("href", re.compile(urlsplit(his_own).path.split("/")[-2]))
    expect(nadia.locator("[data-readers]")).to_contain_text(OMAR)
    expect(nadia.locator("[data-readers]")).not_to_contain_text(VIKTOR)
    say(nadia, "we go on here")
    sees(nadia, "we go on here")


def test_two_people_compare_their_safety_number(crew: People) -> None:
    nadia = sign_in(crew.browser_of(), "nadia")
    address = begin(nadia, "Numbers", LUCIA)
    lucia = open_thread(sign_in(crew.browser_of(dark=True), "lucia"), address)
    numbers = []
    for page, other in ((nadia, LUCIA), (lucia, NADIA)):
        row_of(page, other).get_by_role("button", name=re.compile("Compare numbers")).click()
        groups = page.locator("[data-safety-number] span")
        expect(groups).to_have_count(12)
        numbers.append("".join(groups.all_inner_texts()))
        expect(page.locator("[data-safety-code] path")).to_have_count(1)
        check_page(page)
    assert numbers[0] == numbers[1]
    assert re.fullmatch(r"\d{60}", numbers[0])

    # This browser reads no codes, or has no camera, or may not use it: each is said.
    nadia.locator("[data-safety-scan]").click()
    expect(nadia.locator("[data-safety-said]")).to_contain_text("Compare the numbers instead")
    nadia.locator("[data-safety-verify]").click()
    expect(nadia.locator("[data-safety-said]")).to_contain_text("is verified", timeout=WAIT)
    nadia.locator("[data-safety-close]").click()
    expect(row_of(nadia, LUCIA)).to_contain_text("Verified on")
    nadia.reload()
    expect(row_of(nadia, LUCIA)).to_contain_text("Verified on", timeout=WAIT)
    row_of(nadia, LUCIA).get_by_role("button", name=re.compile("See the numbers")).click()
    nadia.locator("[data-safety-unverify]").click()
    expect(row_of(nadia, LUCIA)).to_contain_text("Not yet verified", timeout=WAIT)


def test_a_lost_browser_is_shut_out_and_everything_gets_new_keys(crew: People) -> None:
    lucia = sign_in(crew.browser_of(), "lucia")
    titles = ("Border post", "Prisoners")
    addresses = []
    for title in titles:
        lucia.goto(THREADS)
        addresses.append(begin(lucia, title, NADIA))
        say(lucia, f"{title} said")
        sees(lucia, f"{title} said")
    phone_context = crew.browser_of(phone=True)
    phone = open_thread(sign_in(phone_context, "lucia"), addresses[0])
    sees(phone, f"{titles[0]} said")
    phone.close()
    nadia = open_thread(sign_in(crew.browser_of(), "nadia"), addresses[0])

    lucia.goto("/me/sessions/")
    lucia.get_by_role("button", name="I have lost it").first.click()
    lucia.wait_for_url(re.compile(r"/me/lost/$"))
    check_page(lucia)
    lucia.locator("#lost-passphrase").fill(PASSPHRASE)
    held = hold_new_epochs(lucia)
    lucia.locator("[data-lost-form] button[type=submit]").click()
    keep_the_code(lucia)
    lucia.wait_for_url(re.compile(r"/me/lost/\?renew$"), timeout=WAIT)
    # Until the epoch for the new keys is there, an open page waits, and what is typed stays.
    expect(nadia.locator("[data-notice]")).to_contain_text("has new keys", timeout=WAIT)
    nadia.locator("#composer-text").fill("after the loss")
    expect(nadia.locator("[data-composer] button[type=submit]")).to_be_disabled()
    check_page(nadia)
    let_go(lucia, held)
    state = lucia.locator("[data-lost-state]")
    expect(state).to_contain_text("Conversations with a new key", timeout=WAIT)
    check_page(lucia)
    lucia.locator("[data-lost-go-on]").click()
    expect(state).to_contain_text("Every conversation of yours has your present keys", timeout=WAIT)

    # The lost browser: signed out, and what it kept opens nothing.
    found = phone_context.new_page()
    found.goto(addresses[0])
    found.wait_for_url(re.compile("/accounts/sign-in/"))

    happened(nadia, f"{LUCIA}⁩ has new keys")
    expect(nadia.locator("[data-notice]")).to_be_hidden(timeout=WAIT)
    nadia.locator("[data-composer] button[type=submit]").click()
    sees(nadia, f"{titles[0]} said", "after the loss")
    for address, title in zip(addresses, titles, strict=True):
        open_thread(lucia, address)
        expect(lucia.locator("[data-messages]")).to_contain_text(f"{title} said", timeout=WAIT)
    open_thread(lucia, addresses[0])
    sees(lucia, f"{titles[0]} said", "after the loss")
    say(lucia, "with new keys")
    sees(nadia, f"{titles[0]} said", "after the loss", "with new keys")
    fresh = open_thread(sign_in(crew.browser_of(), "lucia"), addresses[0])
    sees(fresh, f"{titles[0]} said", "after the loss", "with new keys")


def hold_new_epochs(page: Page) -> list[Route]:
    """The epochs that the page makes from now on are on their way until they are let go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            held.append(route)
        else:
            route.continue_()

    page.route("**/epochs", hold)
    return held


def let_go(page: Page, held: list[Route]) -> None:
    for route in held:
        route.continue_()
    page.unroute("**/epochs")


def keep_the_code(page: Page) -> None:
    """Types the two groups of the new recovery code that the page asks for."""
    code = page.locator("[data-recovery-code]")
    expect(code).to_be_visible(timeout=WAIT)
    groups = code.inner_text().split("-")
    asked = page.locator("[data-recovery-ask]").inner_text()
    wanted = [int(number) - 1 for number in re.findall(r"\d+", asked)]
    page.locator("#recovery-again").fill("".join(groups[at] for at in wanted))
    page.locator("[data-recovery-form] button[type=submit]").click()
