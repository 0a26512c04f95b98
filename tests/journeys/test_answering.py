"""A partner answers a form without an account, keeps a code, and comes back with it from another device."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.feedback.by_client import Partner
from tests.journeys.answering import (
    BACK,
    STORY,
    Asked,
    ask_all,
    ask_two,
    at_step,
    begin,
    come_back,
    errors,
    fill_short,
    in_room,
    is_phase,
    kept_rows,
    look,
    paper,
    press,
    receipt,
    send,
)
from tests.journeys.browsing import People, check_page
from tests.stack.canary import Wire, kinds_with, rows_and_values
from tests.stack.deployment import Deployment

FIRST_PAGE = 150_000
"""Bytes gzipped until a person can type their first answer."""
ELSEWHERE = "127.0.0.77"
AGENT = "QaxoAgent/7"


@pytest.fixture
def asked(system: Deployment) -> Asked:
    return ask_all(system)


def answer_the_road(page: Page) -> None:
    """The first step, with each kind of mistake on the way."""
    press(page, "Continue")
    expect(errors(page)).to_have_text(["Choose one of these"] * 2)
    page.locator(".fill-summary a").first.click()
    expect(page.get_by_label("The coast road")).to_be_focused()
    page.get_by_label("Something else", exact=True).check()
    page.get_by_label("Something else: in your words").fill("the old bridge")
    expect(page.get_by_label("How many times?")).to_be_hidden()
    page.get_by_label("Yes").check()
    times, day = page.get_by_label("How many times?"), page.get_by_label("When was the last time?")
    for typed, said in (
        ("often", "Write a number in digits, such as 12 or 3.5"),
        ("2.5", "Write a whole number, such as 12"),
        ("0", "Write a number that is \u20681\u2069 or more"),
        ("70", "That is more than twice a day. Count this month only."),
    ):
        times.fill(typed)
        times.blur()
        expect(errors(page)).to_have_text(said)
    times.fill("٣")
    day.fill("2126-01-01")
    day.blur()
    expect(errors(page)).to_contain_text("or an earlier day")
    day.fill("2026-11-20")
    expect(errors(page)).to_have_count(0)
    press(page, "Continue")


def tell_the_story(page: Page) -> None:
    """The second step: an earlier answer in the question, and two files of which one is taken away again."""
    at_step(page, 2)
    story = page.get_by_label("What happened on the old bridge?")
    story.fill("x" * 2001)
    story.blur()
    expect(errors(page)).to_contain_text("Shorten this. Characters too many: 1")
    story.fill(STORY)
    # Another road: the question follows, what was typed stays.
    press(page, "Back")
    page.get_by_label("The valley road").check()
    press(page, "Continue")
    expect(page.get_by_label("What happened on The valley road?")).to_have_value(STORY)
    files = page.get_by_label("Choose a file")
    files.set_input_files([paper("paper.pdf", 3_000_000), paper("wrong.pdf", 1000)])
    is_phase(page, "done", 2)
    page.get_by_role("button", name=re.compile("Remove .wrong.pdf")).click()
    is_phase(page, "done", 1)
    press(page, "Continue")
    by_the_browsers_buttons(page)


def by_the_browsers_buttons(page: Page) -> None:
    """They lead a step back and forth as the page's own do, and from the first to where the form began."""
    address = page.url
    at_step(page, 3)
    page.go_back()
    expect(page.get_by_label("What happened on The valley road?")).to_have_value(STORY)
    page.go_back()
    expect(page.get_by_label("The valley road")).to_be_checked()
    page.go_forward()
    at_step(page, 2)
    page.go_forward()
    at_step(page, 3)
    assert page.url == address
    # Which steps somebody was asked is not in what the browser keeps of its history.
    assert set(page.evaluate("history.state.map((one) => typeof one)")) == {"number"}


def say_how_it_is(page: Page) -> None:
    """The third step, its language switched in the middle: nothing chosen is lost by that."""
    at_step(page, 3)
    for name in ("Time", "Money", "Goods"):
        page.get_by_label(name, exact=True).check()
    expect(errors(page)).to_contain_text("Choose at most")
    page.get_by_label("Goods").uncheck()
    page.get_by_role("radio", name="2", exact=True).check()
    page.get_by_role("radio", name="العربية").check(force=True)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_label("وقتا")).to_be_checked()
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    look(page, "middle-arabic")
    page.get_by_role("radiogroup", name="الحراس مهذبون").get_by_label("لا أوافق").check()
    page.get_by_role("radiogroup", name="القواعد واضحة").get_by_label("بين بين").check()
    page.get_by_role("button", name=re.compile("الحديث مع الحراس")).first.click()
    page.get_by_role("radio", name="English").check(force=True)
    expect(page.locator(".fill-ranking li").nth(1)).to_contain_text("Talks with the guards")
    press(page, "Continue")


def test_every_question_type_and_the_way_back(people: People, asked: Asked) -> None:
    wire = Wire()
    context = people.browser_of(permissions=["clipboard-read", "clipboard-write"])
    wire.listen(context)
    page = begin(context, asked)
    check_page(page)
    page.go_back()
    expect(page.locator(".fill-step")).to_be_hidden()
    press(page, "Begin")
    answer_the_road(page)
    tell_the_story(page)
    say_how_it_is(page)
    at_step(page, 4)
    expect(page.locator(".fill-said-row")).to_have_count(11)
    expect(page.locator(".fill-review")).to_contain_text("The guards are polite: I disagree")
    page.get_by_role("button", name="Change the answer to: \u2068Where?\u2069").click()
    place = page.get_by_label("Where?")
    expect(place).to_be_focused()
    place.fill("The mill")
    press(page, "Continue")
    press(page, "Continue")
    look(page, "review")
    check_page(page)
    code = send(page)
    look(page, "receipt")
    check_page(page)

    press(page, "Copy")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
    with page.expect_download() as saved:
        press(page, "Save as a file")
    assert code in saved.value.path().read_text()
    page.emulate_media(media="print")
    expect(page.locator(".partner-card")).to_contain_text(re.compile(r"\s*".join(code.split())))
    expect(page.locator(".partner-head")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.get_by_role("button", name="Finish")).to_be_disabled()
    page.get_by_label("I have kept the code").check()
    press(page, "Finish")
    expect(page.locator("[data-receipt]")).to_contain_text("We read every answer")

    # The team has exactly that; the browser has nothing of it any more, and sent no code and no sealed answer.
    found = asked.shown()
    assert found["open"] == {
        "road": {"choice": "valley"},
        "stopped": True,
        "times": "3",
        "day": "2026-11-20",
        "harm": {"choices": ["time", "money"]},
        "safe": 2,
        "agree": {"polite": "no", "clear": "mid"},
        "first": ["lights", "talks", "signs"],
    }
    assert (found["sealed"]["story"], found["sealed"]["place"]) == (STORY, "The mill")
    assert found["files"] == [["proof", "paper.pdf", 3_000_000]]
    assert kept_rows(page) == [0, 0, 0]
    assert not wire.with_any(["qaxoroad", "The mill", "paper.pdf", code, code.replace(" ", "")])
    assert context.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]

    come_back_with(people, asked, code)


def come_back_with(people: People, asked: Asked, code: str) -> None:
    """From another device: the reply is read and answered, rated, and everything erased."""
    asked.tell("reply", "Which papers were they?")
    phone = people.browser_of(phone=True)
    page = come_back(phone, code)
    room = in_room(page)
    expect(room.locator(".partner-said")).to_have_text(re.compile("Which papers were they?"))
    expect(room).to_contain_text("The team has replied")
    room.get_by_text("Show what I sent").click()
    expect(room).to_contain_text(STORY)
    with page.expect_download() as saved:
        page.get_by_role("button", name=re.compile("Save .paper.pdf")).click()
    assert saved.value.path().stat().st_size == 3_000_000
    look(page, "room")
    check_page(page)

    # Switched while writing, the message and its file stay.
    page.get_by_label("Write to the team").fill("My passport.")
    page.get_by_label("Add a file").set_input_files([paper("passport.pdf", 2_000_000)])
    page.get_by_role("radio", name="العربية").check(force=True)
    expect(page.locator("#talk-text")).to_have_value("My passport.")
    look(page, "room-arabic")
    check_page(page)
    page.get_by_role("radio", name="English").check(force=True)
    expect(page.locator("#talk-text")).to_have_value("My passport.")
    # A photo that would tell where it was taken stays here, until it is taken away or the box is unticked.
    page.get_by_label("Add a file").set_input_files([paper("IMG_1.HEIC", 100, "", b"")])
    press(page, "Send")
    expect(room).to_contain_text("Place, time and camera can not be taken out of")
    expect(page.get_by_label("Take place, time and camera out of photos")).to_be_checked()
    page.get_by_role("button", name=re.compile("Remove .IMG_1.HEIC")).click()
    # What the code had opened is closed after two hours: it opens again by itself for whoever is still here.
    page.route("**/dialogue", away, times=1)
    press(page, "Send")
    expect(room.locator(".partner-said")).to_have_count(2, timeout=30_000)
    expect(room.locator(".partner-state")).to_contain_text("The team is working on it")
    people.troubles.forgive("status of 403")
    page.get_by_role("radio", name="5: Very").check()
    expect(room).to_contain_text("The team sees your rating")
    found = asked.shown()
    assert found["talk"] == [["Which papers were they?", []], ["My passport.", ["passport.pdf"]]]
    assert found["rating"] == 5

    page.on("dialog", lambda dialog: dialog.accept())
    press(page, "Erase everything")
    expect(page.get_by_role("heading", name="It is gone")).to_be_visible()
    assert json.loads(asked.tell("count")) == [1, 1]
    assert phone.cookies() == []
    gone = come_back(phone, code)
    expect(gone.locator("[data-code-error]:visible")).to_contain_text("was erased")
    people.troubles.forgive("status of 410")


def away(route: Route) -> None:
    """What the server says to a pass that is too old."""
    body = {"type": "about:blank", "title": "Type your code again.", "status": 403}
    route.fulfill(
        status=403,
        content_type="application/problem+json",
        body=json.dumps({**body, "code": "signed-out"}),
    )


def test_by_keyboard_alone_on_a_phone_in_arabic(people: People, asked: Asked) -> None:
    page = people.browser_of(phone=True, locale="ar", dark=True).new_page()
    page.goto(asked.link)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".partner-face:visible .partner-who li")).to_have_count(3)
    look(page, "first-arabic-phone")
    check_page(page)

    def tab_to(name: str, *keys: str) -> None:
        """Go on by Tab to what matches, and press keys there."""
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("name => document.activeElement.matches(name)", name):
                break
        else:
            raise AssertionError(f"Tab never came to {name}")
        for key in keys:
            page.keyboard.press(key)

    tab_to("[data-begin]:not(:disabled)", "Enter")
    tab_to("#q-road-coast", "ArrowDown")
    tab_to("#q-stopped-yes", "ArrowDown", "ArrowUp")
    tab_to("#q-times", "7")
    check_page(page)
    tab_to(".fill-next", "Enter")
    tab_to("#q-story")
    page.keyboard.type("عند الجسر")
    tab_to("#q-proof")
    check_page(page)
    tab_to(".fill-next", "Enter")
    tab_to("#q-harm-time", "Space")
    tab_to("#q-safe-1", "ArrowRight")
    tab_to("[name=q-agree-polite]", "Space")
    tab_to("[name=q-agree-clear]", "Space")
    tab_to('[data-move="down"]', "Enter", "Enter")
    expect(page.locator(".fill-ranking li").last).to_contain_text("الإضاءة")
    look(page, "third-arabic-phone")
    check_page(page)
    tab_to(".fill-next", "Enter")
    look(page, "review-arabic-phone")
    check_page(page)
    tab_to(".partner-send .btn-primary", "Enter")
    code = receipt(page)
    look(page, "receipt-arabic-phone")
    check_page(page)
    tab_to(".partner-kept input", "Space")
    tab_to(".fill-actions .btn-primary", "Enter")
    page.goto(BACK)
    tab_to(".partner-code-input")
    page.keyboard.type(code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    page.keyboard.press("Enter")
    in_room(page)
    check_page(page)
    found = asked.shown()
    assert found["sealed"] == {"story": "عند الجسر"}
    assert found["open"]["first"] == ["signs", "talks", "lights"]
    assert found["language"] == "ar"


def test_nothing_typed_is_lost_without_a_connection_or_the_tab(
    people: People, asked: Asked
) -> None:
    context = people.browser_of()
    page = begin(context, asked)
    page.get_by_label("The coast road").check()
    page.get_by_label("No", exact=True).check()
    press(page, "Continue")
    page.get_by_label("What happened on").fill(STORY)
    # The line goes dead behind the first chunk of a file; the rest of the form can still be filled in.
    context.route(re.compile(r"/files/[0-9a-f-]{36}/[1-9]$"), lambda route: route.abort())
    page.get_by_label("Choose a file").set_input_files([paper("paper.pdf", 2_500_000)])
    is_phase(page, "offline")
    context.set_offline(True)
    press(page, "Continue")
    page.get_by_label("Time", exact=True).check()
    press(page, "Continue")
    press(page, "Send the answers")
    expect(page.locator(".partner-send [role=status]")).not_to_be_empty()
    page.close()

    # The tab is closed, and opened again where there is a line: all of it is there, file included.
    context.set_offline(False)
    context.unroute_all()
    page = context.new_page()
    page.goto(asked.link)
    expect(page.locator("[data-notice]")).to_contain_text("What you typed is still here")
    look(page, "kept")
    check_page(page)
    press(page, "Go on")
    at_step(page, 4)
    for words in ("The coast road", STORY, "paper.pdf", "Time"):
        expect(page.locator(".fill-review")).to_contain_text(words)

    # Sent, but the answer is lost with the tab: sent once more, it counts once, and under the same code.
    def swallow(route: Route) -> None:
        route.fetch()
        route.abort()

    context.route("**/send", swallow)
    press(page, "Send the answers")
    expect(page.locator(".partner-send [role=status]")).to_contain_text(
        "No connection", timeout=30_000
    )
    page.close()
    context.unroute_all()
    page = context.new_page()
    page.goto(asked.link)
    expect(page.locator("[data-notice]")).to_contain_text("It was being sent")
    press(page, "Go on")
    code = send(page)
    assert json.loads(asked.tell("count")) == [1, 0]
    assert asked.shown()["files"] == [["proof", "paper.pdf", 2_500_000]]
    in_room(come_back(context, code))
    people.troubles.forgive("ERR_INTERNET_DISCONNECTED|ERR_FAILED")


def test_the_first_page_is_small_and_usable_before_the_heavy_scripts(
    people: People, asked: Asked
) -> None:
    context = people.browser_of()
    page = context.new_page()
    sizes: dict[str, int] = {}

    def weigh(response: Response) -> None:
        body = response.body()
        packed = "woff2" in response.url or "opening" in response.url
        sizes[urlsplit(response.url).path] = len(body) if packed else len(gzip.compress(body))

    page.on("response", weigh)
    page.goto(asked.link, wait_until="networkidle")
    # No script that is asked for from now on arrives before the person has typed.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)
        # Not even at first: a lost line loses what is asked for, and it is asked for again.
        if "/sealing-" in route.request.url:
            route.abort()

    context.route("**/assets/*.js", hold)
    press(page, "Begin")
    page.get_by_label("The valley road").check()
    page.get_by_label("No", exact=True).check()
    press(page, "Continue")
    page.get_by_label("What happened on").fill(STORY)
    total = sum(sizes.values())
    assert 50_000 < total <= FIRST_PAGE, (total, sorted(sizes.items(), key=lambda one: -one[1]))
    assert held
    for route in held:
        if "/sealing-" not in route.request.url:
            route.continue_()
    context.unroute_all()
    press(page, "Continue")
    press(page, "Continue")
    send(page)
    people.troubles.forgive("ERR_FAILED")


def test_no_address_and_no_cookie(people: People, system: Deployment) -> None:
    asked = ask_two(system)
    context = people.browser_of(user_agent=AGENT)
    page = begin(context, asked)
    fill_short(page)
    code = send(page)
    in_room(come_back(context, code))
    with httpx.Client(transport=httpx.HTTPTransport(local_address=ELSEWHERE)) as client:
        for address in (f"/f/{asked.address}/", BACK):
            answer = client.get(f"{system.url}{address}")
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
        partner = Partner(system.url, ask_two(system).address)
        partner.client = client
        partner.send(partner.seal({"q2": "From elsewhere."}, {"q1": {"choice": "no"}}))
    words: dict[str, list[str | bytes]] = {
        "nowhere": [ELSEWHERE, AGENT, code, code.replace(" ", ""), "qaxoroad"],
        "somewhere": [asked.address],
    }
    found = kinds_with(rows_and_values(system), words)
    assert found["nowhere"] == set()
    assert "row public.feedback_form" in found["somewhere"]
    assert context.cookies() == []
