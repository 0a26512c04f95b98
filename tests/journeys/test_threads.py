"""Encrypted conversations in real browsers.

Every text and title carries a strange marker: at the end it may be found in no request that a browser
sent, and in no file of the deployment (database, Valkey, logs, mails).
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.accounts.browser import PASSPHRASE
from tests.journeys.browsing import People, check_page, mails_to, wait_for_mail
from tests.journeys.talking import WAIT, begin, message, say, sees, texts
from tests.journeys.talks import MARKER, THREADS, WIRE, sign_in
from tests.journeys.threads_cast import SLUG, WORKSPACE
from tests.stack.canary import files_and_output, kinds_with
from tests.stack.deployment import Deployment
from tests.stack.patience import eventually

ROOM = 8_000_000
"""Bytes: a site's share, small enough to be filled by one write."""
# Chromium looks its answer about the share up anew when a write asks for more than it was told before.
FILL = """
    (size) => new Promise((resolve, reject) => {
      const opening = indexedDB.open("filler");
      opening.onupgradeneeded = () => opening.result.createObjectStore("filler");
      opening.onerror = () => resolve(opening.error.name);
      opening.onsuccess = () => {
        const writing = opening.result.transaction("filler", "readwrite");
        writing.objectStore("filler").put(new Uint8Array(size), 1);
        writing.onabort = () => resolve(writing.error.name);
        writing.oncomplete = () => reject(new Error("there was room"));
      };
    })
"""
A_DAY_AHEAD = """
    const right = Date.now;
    Date.now = () => right() + 86_400_000;
"""
SIZE_OF = """
    (address) => fetch(`${address}envelopes`).then((answer) => answer.arrayBuffer()).then((data) => data.byteLength)
"""
BLOCKED = """
    window.WebSocket = class extends EventTarget {
      constructor() {
        super();
        setTimeout(() => this.dispatchEvent(new CloseEvent("close", { code: 1006 })), 10);
      }
      send() {}
      close() {}
    };
"""


def test_two_people_talk_live_and_a_new_phone_shows_the_history(crew: People) -> None:
    title, one, two, three = (
        f"Ceasefire {MARKER} one",
        f"Good morning {MARKER}",
        f"صباح الخير {MARKER}",
        f"From the phone {MARKER}",
    )
    dina = sign_in(crew.browser_of(), "dina")
    check_page(dina)
    address = begin(dina, title, "Pavel Partner")
    say(dina, one)
    sees(dina, one)
    expect(dina.locator("[data-readers]")).to_contain_text("Pavel Partner")

    pavel = sign_in(crew.browser_of(locale="ar"), "pavel")
    assert pavel.locator("html").get_attribute("dir") == "rtl"
    pavel.get_by_text(title).click()
    sees(pavel, one)
    check_page(pavel)
    say(pavel, two)
    sees(dina, one, two)
    check_page(dina)

    phone = sign_in(crew.browser_of(phone=True), "dina")
    phone.goto(address)
    sees(phone, one, two)
    check_page(phone)
    say(phone, three)
    for page in (dina, pavel, phone):
        sees(page, one, two, three)
    assert dina.locator("[data-title]").inner_text() == title


def test_outsider_sees_neither_list_nor_page(crew: People) -> None:
    dina = sign_in(crew.browser_of(), "dina")
    address = begin(dina, f"Not for Edgar {MARKER}", "Pavel Partner")
    edgar = sign_in(crew.browser_of(), "edgar")
    expect(edgar.locator("[data-list]")).not_to_contain_text("Not for Edgar")
    reply = edgar.goto(address)
    assert reply is not None
    assert reply.status == 404
    crew.troubles.forgive("status of 404")


def test_two_tabs_write_at_once_and_agree(crew: People) -> None:
    context = crew.browser_of()
    left = sign_in(context, "dina")
    address = begin(left, f"Two tabs {MARKER}", "Pavel Partner")
    right = context.new_page()
    right.goto(address)
    expect(right.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    for number in range(5):
        say(left, f"left {number} {MARKER}")
        say(right, f"right {number} {MARKER}")
    for page in (left, right):
        expect(page.locator("[data-seq]")).to_have_count(10, timeout=WAIT)
        expect(page.locator(".is-waiting")).to_have_count(0, timeout=WAIT)
    assert texts(left) == texts(right)
    assert len(set(texts(left))) == 10


def test_what_is_written_without_a_connection_is_sent_later_once(
    crew: People, harbour: Deployment
) -> None:
    context = crew.browser_of()
    share = context.new_cdp_session(context.new_page())
    give = {"origin": harbour.url, "quotaSize": ROOM}
    share.send("Storage.overrideQuotaForOrigin", give)
    dina = sign_in(context, "dina")
    address = begin(dina, f"Offline {MARKER}", "Pavel Partner")
    before = dina.evaluate(SIZE_OF, address)
    context.set_offline(True)
    say(dina, f"kept {MARKER}")
    expect(dina.locator(".is-waiting .said-text")).to_have_text(f"kept {MARKER}")
    expect(dina.locator("[data-notice]")).to_be_visible()
    dina.close()
    context.set_offline(False)
    # It goes out from any page of conversations, not only from its own.
    again = context.new_page()
    again.goto(THREADS)
    eventually(lambda: again.evaluate(SIZE_OF, address) > before, within=WAIT / 1000)
    again.goto(address)
    sees(again, f"kept {MARKER}")
    expect(again.locator(".is-waiting")).to_have_count(0)
    crew.troubles.forgive("ERR_INTERNET_DISCONNECTED")

    # A browser without room: it is said, what was written stands where it was, and goes once there is room.
    share.send("Storage.overrideQuotaForOrigin", give | {"quotaSize": 1})
    assert again.evaluate(FILL, 2 * ROOM) == "QuotaExceededError"
    say(again, f"no room {MARKER}")
    expect(again.locator("[data-notice-text]")).to_contain_text("no room left", timeout=WAIT)
    expect(again.locator("#composer-text")).to_have_value(f"no room {MARKER}")
    share.send("Storage.overrideQuotaForOrigin", give)
    again.locator("#composer-text").press("Enter")
    sees(again, f"kept {MARKER}", f"no room {MARKER}")
    expect(again.locator("[data-notice]")).to_be_hidden()

    # A clock that is a day off: the same.
    late = context.new_page()
    late.add_init_script(A_DAY_AHEAD)
    late.goto(address)
    # By that clock nobody was here for a day, so it asks who it is first.
    late.get_by_label("Passphrase").fill(PASSPHRASE)
    late.get_by_role("button", name="Unlock", exact=True).click()
    expect(late.locator("[data-notice-text]")).to_contain_text("ahead by 24 hours", timeout=WAIT)
    say(late, f"a day off {MARKER}")
    expect(late.locator("#composer-text")).to_have_value(f"a day off {MARKER}")
    late.reload()
    sees(late, f"kept {MARKER}", f"no room {MARKER}")


def test_lost_answer_does_not_send_twice(crew: People) -> None:
    context = crew.browser_of()
    # Over HTTP, where an answer can be taken away; what becomes of one by socket is in socket.test.ts.
    context.add_init_script(BLOCKED)
    dina = sign_in(context, "dina")
    begin(dina, f"Lost answer {MARKER}", "Pavel Partner")
    lost: list[int] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    dina.route("**/envelopes*", lose)
    say(dina, f"once {MARKER}")
    sees(dina, f"once {MARKER}")
    expect(dina.locator(".is-waiting")).to_have_count(0, timeout=WAIT)
    dina.reload()
    sees(dina, f"once {MARKER}")
    assert lost == [201]
    crew.troubles.forgive("ERR_FAILED")


# Whoever looks elsewhere, which no headless browser does; and what it was asked to show.
AWAY = """
    document.hasFocus = () => !window.away;
    window.told = [];
    window.Notification = new Proxy(window.Notification, {
      construct(kind, given) {
        window.told.push(given);
        return Reflect.construct(kind, given);
      },
    });
"""
LONG_AGO = """
from datetime import timedelta
from django.db.models import F
from comms.accounts.models import Workspace
from comms.core.tenancy import in_workspace
from comms.threads.models import Attendance, Envelope
from comms.threads.tasks import tick_waiting
workspace = Workspace.objects.get(slug="talks").id
with in_workspace(workspace):
    Envelope.objects.update(received_at=F("received_at") - timedelta(hours=1))
    Attendance.objects.update(looked_at=F("looked_at") - timedelta(hours=1))
tick_waiting()
tick_waiting()
"""


def test_somebody_hears_that_something_waits_and_nothing_else(
    crew: People, harbour: Deployment, whole_browser: Browser
) -> None:
    """By this browser while a page is open, by one mail when none is; muted conversations say nothing."""
    context = crew.browser_of(dark=True, program=whole_browser)
    context.grant_permissions(["notifications"])
    context.add_init_script(AWAY)
    dina = sign_in(context, "dina")
    title = f"Quiet {MARKER}"
    address = begin(dina, title, "Pavel Partner")
    place = dina.locator("[data-tell]")
    place.get_by_role("button", name="Tell me in this browser").click()
    expect(place).to_contain_text("It says nothing else")
    check_page(dina)
    pavel = sign_in(crew.browser_of(locale="ar", phone=True), "pavel")
    pavel.goto(urlsplit(address).path)
    expect(pavel.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    check_page(pavel)
    dina.evaluate("window.away = true")
    for at in (1, 2):
        say(pavel, f"{at} {MARKER}")
    sees(dina, f"1 {MARKER}", f"2 {MARKER}")
    told = dina.evaluate("window.told")
    body = {"body": "Something waits in Entente.", "tag": "entente.waiting", "lang": "en"}
    assert told == [["Entente", body]]

    dina.locator("[data-mute]").click()
    expect(dina.locator("[data-muted]")).to_contain_text("no notification and no mail")
    dina.evaluate(
        "window.away = false; window.dispatchEvent(new Event('focus')); window.away = true"
    )
    say(pavel, f"3 {MARKER}")
    sees(dina, f"1 {MARKER}", f"2 {MARKER}", f"3 {MARKER}")
    assert len(dina.evaluate("window.told")) == 1
    dina.reload()
    expect(dina.locator("[data-mute]")).to_have_text("Unmute", timeout=WAIT)
    dina.locator("[data-mute]").click()
    expect(dina.locator("[data-muted]")).to_have_text("")

    dina.goto("/me/")
    dina.get_by_label("Mail when something waits").select_option("15")
    with dina.expect_navigation():
        dina.locator("main form button[type=submit]").click()
    check_page(dina)
    dina.close()
    say(pavel, f"4 {MARKER}")
    sees(pavel, *(f"{at} {MARKER}" for at in (1, 2, 3, 4)))
    harbour.run_inside(LONG_AGO)
    mail = wait_for_mail(harbour, "dina@example.org", subject="Something waits")
    assert len(mails_to(harbour, "dina@example.org", subject="Something waits")) == 1
    for secret in (MARKER, WORKSPACE, SLUG, "Pavel", "Dina", urlsplit(address).path):
        assert secret not in mail.text + mail.subject
    assert mail.link() == f"{harbour.url}/"


def test_where_sockets_are_blocked_messages_still_come(crew: People) -> None:
    dina = sign_in(crew.browser_of(), "dina")
    address = begin(dina, f"No sockets {MARKER}", "Pavel Partner")
    context = crew.browser_of(locale="ar")
    context.add_init_script(BLOCKED)
    pavel = sign_in(context, "pavel")
    with pavel.expect_response(lambda answer: "/ws/threads/poll/" in answer.url and answer.ok):
        pavel.goto(urlsplit(address).path)
    expect(pavel.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    say(dina, f"can you hear me {MARKER}")
    sees(pavel, f"can you hear me {MARKER}")
    say(pavel, f"نعم {MARKER}")
    sees(dina, f"can you hear me {MARKER}", f"نعم {MARKER}")
    say(dina, f"good {MARKER}")
    sees(pavel, f"can you hear me {MARKER}", f"نعم {MARKER}", f"good {MARKER}")
    expect(pavel.locator("[data-notice]")).to_be_hidden()


@pytest.mark.slow
def test_many_messages_stay_quick_and_the_place_is_kept(crew: People) -> None:
    """More than a page of them: only some are drawn; going back, to a day and to the latest works."""
    count = 210
    page = sign_in(crew.browser_of(), "dina")
    begin(page, f"Long {MARKER}", "Pavel Partner")
    for number in range(count):
        say(page, f"number {number} {MARKER}")
    last = message(page, f"number {count - 1} {MARKER}")
    expect(last).to_be_visible(timeout=120_000)
    expect(page.locator(".is-waiting")).to_have_count(0, timeout=120_000)
    page.reload()
    expect(last).to_be_in_viewport(timeout=WAIT)
    assert page.locator("[data-seq]").count() <= 120
    scroll = page.locator("[data-scroll]")
    middle = message(page, f"number {count - 121} {MARKER}")
    scroll.evaluate("box => { box.scrollTop = 0; }")
    expect(middle).to_be_attached(timeout=WAIT)
    # What was at the top before is still where it was, not pushed out of sight.
    expect(message(page, f"number {count - 120} {MARKER}")).to_be_in_viewport()
    page.locator("[data-date-open]").click()
    page.locator("#thread-day").fill("2020-01-01")
    page.locator("#thread-date [type=submit]").click()
    first = message(page, f"number 0 {MARKER}")
    expect(first).to_be_focused(timeout=WAIT)
    page.locator("[data-latest]").click()
    expect(last).to_be_in_viewport()
    expect(page.locator("[data-latest]")).to_be_hidden()


def test_nothing_that_was_written_is_found_anywhere(harbour: Deployment) -> None:
    """Runs last in this file: by now everything above has been written.

    The journey of accounts looks into rows, Valkey's values and a backup too.
    """
    assert len(WIRE.sent) > 100
    assert WIRE.with_any([MARKER]) == []
    found = kinds_with(files_and_output(harbour), {"secret": [MARKER], "control": [WORKSPACE]})
    # The control: what the server may know is found by the same search, so the search works.
    assert found["control"]
    assert found["secret"] == set()
