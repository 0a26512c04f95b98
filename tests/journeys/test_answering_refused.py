"""What a partner hears when something can't be taken: a sentence that says so, and nothing typed is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from comms.wire.return_codes import format_return_code, new_return_code
from tests.feedback.world import item
from tests.journeys.answering import (
    BACK,
    STORY,
    Asked,
    ask_all,
    ask_two,
    at_step,
    begin,
    come_back,
    enter,
    fill_short,
    in_room,
    is_phase,
    kept_rows,
    look,
    paper,
    press,
    send,
)
from tests.journeys.browsing import People, check_page
from tests.stack.deployment import Deployment

LARGE = 20 * 1024 * 1024 + 1
PAGE = b"<!doctype html><script>document.title = 'taken over'</script>"


@pytest.fixture
def asked(system: Deployment) -> Asked:
    return ask_two(system)


def says(page: Page, sentence: str) -> None:
    expect(page.locator("[data-notice]")).to_contain_text(sentence, timeout=30_000)


def stays_typed(page: Page) -> None:
    """What was typed is in view, and on the device for later."""
    says(page, "What you typed stands below, on this device alone")
    expect(page.locator(".fill-review")).to_contain_text(STORY)
    assert kept_rows(page)[:2] == [1, 1]


def test_a_form_that_closes_or_fills_up_meanwhile(people: People, system: Deployment) -> None:
    for act, meanwhile, afterwards in (
        ("close", "This form is closed. Nothing was sent.", "This form is closed."),
        ("fill", "This form has received all the answers it can take.", "has received all"),
    ):
        asked = ask_two(system)
        context = people.browser_of()
        page = begin(context, asked)
        waiting = people.browser_of().new_page()
        waiting.goto(asked.link)
        fill_short(page)
        asked.tell(act)
        press(page, "Send the answers")
        says(page, meanwhile)
        stays_typed(page)
        look(page, f"{act}-meanwhile")
        check_page(page)
        # Who only wanted to begin hears it before they type.
        press(waiting, "Begin")
        says(waiting, meanwhile)
        # Whoever comes later finds no button; whoever has typed finds what they typed.
        page.reload()
        expect(page.locator(".partner-face:visible")).to_contain_text(afterwards)
        expect(page.get_by_role("button", name="Begin")).to_have_count(0)
        press(page, "Go on")
        says(page, meanwhile)
        stays_typed(page)
        page.once("dialog", lambda dialog: dialog.accept())
        press(page, "Forget what I typed on this device")
        says(page, "What you typed was removed from this device")
        assert kept_rows(page) == [0, 0, 0]
        assert json.loads(asked.tell("count")) == [0, 0]
    people.troubles.forgive("status of 40[39]|status of 410")


def test_another_version_and_other_readers_meanwhile(people: People, asked: Asked) -> None:
    """Neither is the partner's business: they answer what they were asked, sealed to who reads now."""
    page = begin(people.browser_of(), asked)
    page.get_by_label("Yes").check()
    page.get_by_label("Question q2").fill(STORY)
    asked.tell("publish", item("q9", "yes_no"))
    asked.tell("rotate")
    press(page, "Continue")
    statuses: list[int] = []

    def note(response: Response) -> None:
        if response.url.endswith("/send"):
            statuses.append(response.status)

    page.on("response", note)
    code = send(page)
    assert statuses == [409, 201]
    found = asked.shown()
    assert (found["version"], found["epoch"]) == (1, 2)
    assert found["sealed"] == {"q2": STORY}
    # The way back shows what was asked then, and the team's present key is followed for a message.
    back = come_back(people.browser_of(), code)
    room = in_room(back)
    asked.tell("rotate")
    back.get_by_label("Write to the team").fill("One thing more.")
    press(back, "Send")
    expect(room.locator(".partner-said")).to_have_count(1, timeout=30_000)
    assert asked.tell("talk") == '["One thing more."]'
    people.troubles.forgive("status of 409")


def test_a_link_that_is_cut_or_leads_to_other_keys(people: People, asked: Asked) -> None:
    context = people.browser_of()
    page = context.new_page()
    page.goto(asked.link[:-5])
    says(page, "This link is not complete")
    expect(page.get_by_role("button", name="Begin")).to_be_disabled()
    page.goto("about:blank")
    page.goto(asked.link.partition("#")[0] + "#" + "A" * 43)
    press(page, "Begin")
    says(page, "it is not what its link promises")
    expect(page.locator(".fill-step")).to_be_hidden()
    look(page, "not-true")
    check_page(page)
    page.goto("/f/nothing-here/")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no form here")
    check_page(page)
    people.troubles.forgive("status of 404")


def test_files_that_are_too_large_or_not_what_they_say(
    people: People, system: Deployment, tmp_path: Path
) -> None:
    asked = ask_all(system)
    page = begin(people.browser_of(), asked)
    page.get_by_label("The valley road").check()
    page.get_by_label("No", exact=True).check()
    press(page, "Continue")
    page.get_by_label("What happened on").fill(STORY)
    files = page.get_by_label("Choose a file")
    film = tmp_path / "film.mp4"
    with film.open("wb") as sparse:
        sparse.truncate(LARGE)
    files.set_input_files(film)
    expect(page.locator('.fill-file[data-phase="failed"]')).to_contain_text("Larger than 20 MB")
    look(page, "too-large")
    # A page that calls itself a picture, its name turned round: shown as it is, and only ever saved.
    disguised = paper("photo\u202egpj.html", len(PAGE), "image/jpeg", PAGE)
    files.set_input_files([disguised])
    kept_in = "Place, time and camera can not be taken out of this photo."
    expect(page.locator('.fill-file[data-phase="failed"]').last).to_contain_text(kept_in)
    page.get_by_role("button", name=re.compile("Remove .photo")).click()
    page.get_by_label("Take place, time and camera out of photos").uncheck()
    files.set_input_files([disguised])
    is_phase(page, "done")
    expect(page.locator(".fill-file-name").last).not_to_contain_text("\u202e")
    press(page, "Continue")
    press(page, "Continue")
    at_step(page, 4)
    press(page, "Send the answers")
    says(page, "A file has not arrived. Try it again or remove it, then send.")
    page.get_by_role("button", name=re.compile("Remove .film.mp4")).click()
    press(page, "Continue")
    press(page, "Continue")
    back = come_back(people.browser_of(), send(page))
    in_room(back).get_by_text("Show what I sent").click()
    with back.expect_download() as saved:
        back.get_by_role("button", name=re.compile("^Save ")).click()
    assert saved.value.path().read_bytes() == PAGE
    assert back.title() != "taken over"
    assert len(back.context.pages) == 1


def test_a_wrong_code_and_an_erased_submission(people: People, asked: Asked) -> None:
    sender = people.browser_of()
    page = begin(sender, asked)
    fill_short(page)
    code = send(page)
    context = people.browser_of()
    back = come_back(context, code[:-1] + str((int(code[-1]) + 1) % 10))
    error = back.locator("[data-code-error]:visible")
    expect(error).to_contain_text("a digit is wrong, missing or swapped")
    enter(back, format_return_code(new_return_code()))
    expect(error).to_contain_text("No answers open with this code here")
    look(back, "wrong-code")
    check_page(back)
    # Said in the other language too, and the code stays typed.
    back.get_by_role("radio", name="العربية").check(force=True)
    expect(back.locator(".partner-code-input:visible")).not_to_have_value("")
    expect(error).not_to_contain_text("No answers")
    back.get_by_role("radio", name="English").check(force=True)
    enter(back, code.replace(" ", "-"))
    in_room(back)

    # Erased from another device while somebody writes here, and the team a reply.
    asked.tell("prepare", "Which one?")
    other = come_back(people.browser_of(), code)
    in_room(other)
    other.on("dialog", lambda dialog: dialog.accept())
    press(other, "Erase everything")
    expect(other.get_by_role("heading", name="It is gone")).to_be_visible()
    look(other, "erased")
    back.get_by_label("Write to the team").fill("Are you there?")
    press(back, "Send")
    expect(back.locator(".partner-part .fill-error:visible")).to_contain_text("erased")
    expect(back.get_by_label("Write to the team")).to_have_value("Are you there?")
    # Nobody can reply to it, and nothing of it stands anywhere.
    assert "erased" in asked.tell("deliver")
    again = people.browser_of().new_page()
    again.goto(BACK)
    enter(again, code)
    expect(again.locator("[data-code-error]:visible")).to_contain_text("Nothing of it is left here")
    people.troubles.forgive("status of 4(03|04|10)")
