"""What a person does with the messages of a conversation: by mouse, by keyboard alone, and with drafts.

Its texts carry the marker that the last test of test_threads.py looks for.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.browsing import People, check_page
from tests.journeys.talking import WAIT, act, begin, message, say, sees
from tests.journeys.talks import MARKER, sign_in


def test_what_people_make_of_messages(crew: People) -> None:
    """Replies, edits, reactions, mentions, pins, receipts, writing and deletions, between two people."""
    dina = sign_in(crew.browser_of(), "dina")
    address = begin(dina, f"All of it {MARKER}", "Pavel Partner")
    pavel = sign_in(crew.browser_of(locale="ar", dark=True), "pavel")
    pavel.goto(urlsplit(address).path)
    expect(pavel.locator("[data-composer]")).to_be_visible(timeout=WAIT)

    # Markdown, and a name chosen by keyboard.
    text = dina.locator("#composer-text")
    text.fill(f"**Terms** {MARKER} for ")
    text.press("End")
    text.press_sequentially("@pav")
    expect(dina.locator("#mention-list [aria-selected=true]")).to_have_text("Pavel Partner")
    text.press("Enter")
    text.press("Enter")
    sees(pavel, f"Terms {MARKER} for @Pavel Partner")
    expect(pavel.locator(".said.names-me .mention.is-me")).to_have_text("@Pavel Partner")
    expect(pavel.locator(".said-text strong")).to_have_text("Terms")

    # Pavel has read it, and is writing.
    expect(dina.locator(".said-readers")).to_contain_text("Pavel Partner", timeout=WAIT)
    pavel.locator("#composer-text").press_sequentially("و")
    expect(dina.locator("[data-typing]")).to_have_text("\u2068Pavel Partner\u2069 is writing…")
    pavel.locator("#composer-text").fill("")
    expect(dina.locator("[data-typing]")).to_have_text("", timeout=10_000)

    # A reply quotes what it answers; a reaction is counted and taken back.
    act(pavel, "Terms", "رد")
    say(pavel, f"موافق {MARKER}")
    expect(dina.locator(".said-quote")).to_contain_text("Terms", timeout=WAIT)
    act(dina, "موافق", "React")
    dina.get_by_role("button", name="React with 👍").click()
    expect(pavel.locator(".reaction")).to_contain_text("1", timeout=WAIT)
    pavel.locator(".reaction").click()
    expect(dina.locator(".reaction")).to_contain_text("2", timeout=WAIT)
    dina.locator(".reaction").click()
    expect(pavel.locator(".reaction.is-mine")).to_contain_text("1", timeout=WAIT)
    check_page(dina)
    check_page(pavel)

    # A button that is being pressed stays under the mouse while its message is drawn anew.
    message(dina, "موافق").hover()
    message(dina, "موافق").get_by_role("button", name="Reply", exact=True).hover()
    dina.mouse.down()
    pavel.locator(".reaction").click()
    expect(dina.locator(".reaction")).to_have_count(0, timeout=WAIT)
    dina.mouse.up()
    expect(dina.locator("[data-context]")).to_contain_text("موافق")
    text.press("Escape")
    expect(dina.locator("[data-context]")).to_be_hidden()

    # Arrow up edits one's last message; what was there before can be looked up.
    text.press("ArrowUp")
    expect(text).to_have_value(f"**Terms** {MARKER} for @Pavel Partner")
    text.fill(f"Better terms {MARKER}")
    text.press("Enter")
    expect(pavel.locator("[data-seq] .said-text").first).to_have_text(
        f"Better terms {MARKER}", timeout=WAIT
    )
    expect(pavel.locator(".said-quote")).to_contain_text("Better terms")
    pavel.locator(".said-edited").click()
    expect(pavel.locator("#message-history li")).to_have_count(2)
    check_page(pavel)
    pavel.locator("#message-history [data-close]").click()

    # Pinned for everybody, and found again.
    act(pavel, "Better terms", "تثبيت")
    dina.get_by_role("button", name="Pinned messages (1)").click(timeout=WAIT)
    expect(dina.locator("#thread-pins li")).to_contain_text("Better terms")
    check_page(dina)
    dina.get_by_role("button", name="Show in the conversation").click()
    expect(message(dina, "Better terms")).to_be_focused()

    # The owner deletes a message of Pavel's: nothing of it is left on any page.
    act(dina, "موافق", "Delete")
    dina.locator("#message-removal [type=submit]").click()
    for page in (dina, pavel):
        expect(page.locator(".said.is-gone")).to_have_count(1, timeout=WAIT)
        assert "موافق" not in page.locator("[data-messages]").inner_text()
    dina.reload()
    expect(dina.locator(".said.is-gone")).to_have_count(1, timeout=WAIT)
    expect(dina.locator("[data-seq] .said-text").first).to_have_text(f"Better terms {MARKER}")


def test_keyboard_is_enough(crew: People) -> None:
    page = sign_in(crew.browser_of(), "dina")
    begin(page, f"By keyboard {MARKER}", "Pavel Partner")
    for word in ("one", "two"):
        say(page, f"{word} {MARKER}")
    sees(page, f"one {MARKER}", f"two {MARKER}")
    keys = page.keyboard
    page.locator("#composer-text").focus()
    keys.press("Alt+ArrowUp")
    expect(message(page, "two")).to_be_focused()
    keys.press("ArrowUp")
    expect(message(page, "one")).to_be_focused()
    keys.press("a")
    keys.press("ArrowRight")
    keys.press("Enter")
    expect(page.locator(".reaction")).to_contain_text("👎", timeout=WAIT)
    expect(message(page, "one")).to_be_focused()
    keys.press("p")
    expect(page.locator("[data-pins-count]")).to_have_text("1", timeout=WAIT)
    keys.press("r")
    expect(page.locator("#composer-text")).to_be_focused()
    keys.type(f"three {MARKER}")
    keys.press("Alt+p")
    expect(page.locator("[data-preview] .said-text")).to_have_text(f"three {MARKER}")
    keys.press("Enter")
    keys.press("Enter")
    expect(page.locator(".said-quote")).to_contain_text("one", timeout=WAIT)
    keys.press("Control+/")
    expect(page.locator("#thread-keys")).to_be_visible()
    check_page(page)
    keys.press("Escape")
    expect(page.locator("#thread-keys")).to_be_hidden()
    keys.press("Alt+ArrowUp")
    keys.press("Delete")
    expect(page.locator("#message-removal")).to_be_visible()
    check_page(page)
    keys.press("Enter")
    expect(page.locator(".said.is-gone")).to_have_count(1, timeout=WAIT)


def test_a_draft_follows_to_another_browser_and_none_is_overwritten(crew: People) -> None:
    laptop = sign_in(crew.browser_of(), "dina")
    address = begin(laptop, f"Drafts {MARKER}", "Pavel Partner")
    with laptop.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        laptop.locator("#composer-text").fill(f"half a thought {MARKER}")
    phone = sign_in(crew.browser_of(phone=True), "dina")
    phone.goto(address)
    expect(phone.locator("#composer-text")).to_have_value(f"half a thought {MARKER}", timeout=WAIT)
    check_page(phone)

    # Both go on without a connection between them: the second one is asked.
    phone.context.set_offline(True)
    phone.locator("#composer-text").fill(f"phone {MARKER}")
    with laptop.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        laptop.locator("#composer-text").fill(f"laptop {MARKER}")
    phone.context.set_offline(False)
    expect(phone.locator("[data-draft]")).to_contain_text(f"laptop {MARKER}", timeout=WAIT)
    expect(phone.locator("#composer-text")).to_have_value(f"phone {MARKER}")
    check_page(phone)
    phone.locator("[data-draft-keep]").click()
    expect(laptop.locator("[data-draft]")).to_be_hidden()
    expect(laptop.locator("#composer-text")).to_have_value(f"phone {MARKER}", timeout=WAIT)
    laptop.locator("#composer-text").press("Enter")
    sees(phone, f"phone {MARKER}")
    expect(phone.locator("#composer-text")).to_have_value("", timeout=WAIT)
    crew.troubles.forgive("ERR_INTERNET_DISCONNECTED")
