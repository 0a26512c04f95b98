"""The main job: a real list, two audiences in two languages, a second person's yes, real SMTP, live progress."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.accounts.browser import PASSPHRASE
from tests.journeys.browsing import Mail, People, check_page, mails_to
from tests.journeys.main_job_cast import MARK, SLUG, WORKSPACE
from tests.stack.deployment import Deployment
from tests.stack.patience import eventually

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "missions.csv"
SHAPED_ALIKE = ROOT / "tests" / "directory" / "data" / "list_of_missions.csv"
LIST = REAL if REAL.exists() else SHAPED_ALIKE
HOME = f"/w/{SLUG}/"
WAIT = 30_000

KEY_MESSAGE = "Both sides agreed to go on talking."
MISSIONS, ORGANISATIONS = "Diplomatic missions", "Organisations"
# By audience and language: the subject, and words that stand in no other text.
TEXTS = {
    (MISSIONS, "en"): ("Talks resume: {{ name }}", "Dear {{ name }},\n\nthe **missions** meet."),
    (MISSIONS, "ar"): (
        "استئناف المحادثات: {{ name }}",
        "إلى {{ name }}،\n\nتجتمع **البعثات** غدًا.",
    ),
    (ORGANISATIONS, "en"): (
        "For partners: {{ name }}",
        "Dear {{ name }},\n\nthe **agencies** meet.",
    ),
    (ORGANISATIONS, "ar"): (
        "إلى الشركاء: {{ name }}",
        "إلى {{ name }}،\n\nتجتمع **الوكالات** غدًا.",
    ),
}
SAYS = {
    (MISSIONS, "en"): "missions",
    (MISSIONS, "ar"): "البعثات",
    (ORGANISATIONS, "en"): "agencies",
    (ORGANISATIONS, "ar"): "الوكالات",
}


@pytest.fixture(scope="module")
def mission(system: Deployment) -> Deployment:
    """The running system with an editor and an approver."""
    system.run_inside("from tests.journeys.main_job_cast import make; make()")
    return system


@pytest.fixture
def crew(people: People, mission: Deployment) -> People:
    """Browsers on a system that knows the people."""
    assert mission.url
    return people


def sign_in(context: BrowserContext, name: str) -> Page:
    page = context.new_page()
    page.goto(f"/accounts/sign-in/?next={HOME}campaigns/")
    page.locator("#id_login").fill(f"{name}@example.org")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


def press(page: Page, words: str) -> None:
    """Press the button or link with these words."""
    page.locator("main").get_by_role("button", name=words).or_(
        page.locator("main").get_by_role("link", name=words)
    ).first.click()


def import_the_list(page: Page) -> None:
    page.goto(f"{HOME}directory/imports/")
    page.set_input_files("input[type=file]", LIST)
    press(page, "Upload and look at it")
    page.wait_for_url(re.compile(r"/columns/$"))
    check_page(page)
    page.select_option("#id_basis", "public_task")
    page.fill("#id_source", "Diplomatic list of Ireland, 2024")
    page.fill("#id_given_at", "2026-01-15")
    press(page, "Check all rows")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would happen", timeout=WAIT)
    check_page(page)
    page.locator("main").get_by_role("button", name=re.compile("^Import ")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The list is imported", timeout=WAIT)
    check_page(page)


def set_languages(page: Page, filters: str, languages: str, *, tick: int | None = None) -> None:
    """Bulk edit: all that the filter finds, or the first `tick` of them, read these languages."""
    page.goto(f"{HOME}directory/?{filters}")
    if tick is None:
        page.locator("button[name=scope][value=all]").click()
    else:
        for box in page.locator("td.tick input").all()[:tick]:
            box.check()
        page.locator("button[name=scope][value=ticked]").click()
    page.select_option("#id_field", "languages")
    page.fill("#id_languages", languages)
    press(page, "Count first")
    page.locator("button[name=step][value=apply]").click()
    page.wait_for_url(re.compile(r"/directory/(\?.*)?$"))


def make_audience(page: Page, name: str, kind: str) -> None:
    page.goto(f"{HOME}directory/audiences/new/")
    page.fill("#id_name", name)
    page.locator(f"input[name=kinds][value={kind}]").check()
    press(page, "Make the audience")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def write_the_texts(page: Page) -> None:
    page.goto(f"{HOME}content/key-messages/new")
    page.fill("#id_text", KEY_MESSAGE)
    page.get_by_label("Every text must carry it").check()
    press(page, "Save")
    expect(page.get_by_text(KEY_MESSAGE)).to_be_visible()
    check_page(page)

    page.goto(f"{HOME}content/new")
    page.fill("#id_name", "Update from the talks")
    page.locator("input[name=languages][value=ar]").check()
    for name in (MISSIONS, ORGANISATIONS):
        page.get_by_label(name).check()
    page.get_by_label("Also a text for everyone").uncheck()
    check_page(page)
    press(page, "Make the template")
    expect(page.locator(".matrix-cell.is-missing")).to_have_count(4)
    check_page(page)
    matrix = page.url
    for (audience, language), (subject, body) in TEXTS.items():
        page.goto(matrix)
        tongue = "English" if language == "en" else "Arabic"
        page.get_by_role("link", name=f"{tongue}, {audience}").click()
        page.fill("#id_subject", subject)
        page.fill("#id_body", body)
        page.get_by_label(KEY_MESSAGE).check()
        frame = page.frame_locator("iframe[name=draft-mail]")
        expect(frame.get_by_text(SAYS[audience, language])).to_be_visible(timeout=WAIT)
        expect(frame.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
        press(page, "Save as ready")
        expect(page.get_by_text("Saved and marked ready.")).to_be_visible()
    check_page(page)
    page.goto(matrix)
    expect(page.locator(".matrix-cell.is-ready")).to_have_count(4)
    check_page(page)


def plan_the_edition(page: Page) -> str:
    """From the plan to the submission; the edition's address."""
    page.goto(f"{HOME}campaigns/new")
    page.fill("#id_name", "The talks resume")
    page.fill("#id_objective", "Everyone knows when the talks resume.")
    with page.expect_navigation():
        press(page, "Plan its first edition")
    check_page(page)
    press(page, "Next: who")
    for name in (MISSIONS, ORGANISATIONS):
        page.get_by_label(name).check()
    expect(page.locator("#reach")).to_contain_text("50 people and organisations")
    check_page(page)
    press(page, "Next: when")
    page.get_by_label("As soon as it is approved and released").check()
    check_page(page)
    press(page, "Next: check")
    expect(page.get_by_role("heading", level=2).first).to_have_text(re.compile("1 thing to mend"))
    expect(page.locator(".blockers")).to_contain_text("1 recipient reads none of these languages")
    check_page(page)
    press(page, "Send them English")
    expect(page.get_by_text("Nothing stands in the way")).to_be_visible()
    expect(page.locator(".figures dd")).to_have_text(["50", "47", "3"])
    with page.expect_navigation():
        press(page, "Next: submit for approval")
    check_page(page)
    press(page, "Submit for approval")
    page.wait_for_url(re.compile(r"/review$"))
    return page.url


def approve(page: Page) -> None:
    """The approver reads Arabic: the edition waits on the list, and every text is read as its recipients do."""
    assert page.locator("html").get_attribute("dir") == "rtl"
    check_page(page)
    page.locator(".row-link").filter(has_text="The talks resume").click()
    page.wait_for_url(re.compile(r"/review$"))
    check_page(page)
    review = page.url
    readings = page.locator(".table td:last-child a").all()
    assert len(readings) == len(TEXTS)
    for address in [str(link.get_attribute("href")) for link in readings]:
        page.goto(address)
        frame = page.frame_locator("iframe.mail-frame")
        expect(frame.get_by_text(WORKSPACE).first).to_be_visible()
    check_page(page)
    page.goto(review)
    expect(page.locator("main")).to_contain_text("47")
    page.locator("#id_read").check()
    page.locator("#id_harmless").check()
    page.locator("form.confirm button[type=submit]").click()
    page.wait_for_url(lambda address: not address.endswith("/review"))


def release(page: Page, edition: str) -> None:
    """Released, it reaches its end under the editor's eyes, without a reload."""
    page.goto(edition)
    page.evaluate("window.notReloaded = true")
    expect(page.locator("[data-live-link]")).to_have_text("Live", timeout=WAIT)
    check_page(page)
    press(page, "Release it")
    expect(page.locator("main")).to_contain_text("Send to 47 recipients in 2 languages")
    check_page(page)
    page.get_by_role("button", name="Send to 47 recipients").click()
    page.wait_for_url(edition)
    page.evaluate("window.notReloaded = true")
    expect(page.locator("#live .state").first).to_have_text("Completed", timeout=120_000)
    expect(page.locator("#live .meter-figure")).to_contain_text("50 of 50")
    assert page.evaluate("window.notReloaded") is True
    check_page(page)


@dataclass(frozen=True)
class Facts:
    """What the database holds at the end."""

    people: dict[str, Any]
    deliveries: list[dict[str, Any]]
    states: list[str]


def facts_of(system: Deployment) -> Facts:
    told = system.run_inside("from tests.journeys.main_job_cast import tell; tell()")
    line = next(line for line in told.splitlines() if line.startswith(MARK))
    return Facts(**json.loads(line.removeprefix(MARK)))


def check_mail(mail: Mail, person: dict[str, Any], message_id: str) -> None:
    """The right text, in the right language and direction, with everything a mail of ours has."""
    audience = ORGANISATIONS if person["kind"] == "international" else MISSIONS
    language = "ar" if "ar" in person["languages"] else "en"
    subject, _body = TEXTS[audience, language]
    assert mail.subject == subject.replace("{{ name }}", person["name"])
    for text in (mail.text, mail.html):
        assert SAYS[audience, language] in text
        assert not any(words in text for key, words in SAYS.items() if key != (audience, language))
        assert "{{" not in text
    assert person["name"] in mail.text
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in mail.html
    assert mail.message["Message-ID"] == message_id
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http\S+>(, <mailto:\S+>)?", mail.message["List-Unsubscribe"])


def test_the_main_job_with_the_real_list(crew: People, mission: Deployment) -> None:
    caught_before = len(mission.mails)
    edgar = sign_in(crew.browser_of(), "edgar")
    import_the_list(edgar)
    set_languages(edgar, "kind=international", "Arabic, English")
    set_languages(edgar, "kind=mission", "Arabic, English", tick=5)
    set_languages(edgar, "country=UA", "Georgian")
    make_audience(edgar, MISSIONS, "mission")
    make_audience(edgar, ORGANISATIONS, "international")
    write_the_texts(edgar)
    edition = plan_the_edition(edgar).removesuffix("review")

    petra = sign_in(crew.browser_of(locale="ar", timezone="Asia/Amman"), "petra")
    approve(petra)

    release(edgar, edition)
    edgar.goto(f"{edition}log")
    check_page(edgar)

    facts = facts_of(mission)
    assert facts.states == ["completed"]
    sent = {row["to"]: row for row in facts.deliveries if row["state"] == "sent"}
    blocked = [row for row in facts.deliveries if row["state"] != "sent"]
    assert len(sent) == 47
    assert [(row["state"], row["reason"]) for row in blocked] == [("suppressed", "no_address")] * 3
    assert len({row["message_id"] for row in sent.values()}) == 47
    used, returning = set(), set()
    for address, row in sent.items():
        mails = mails_to(mission, address)
        assert len(mails) == 1, f"{address} got {len(mails)} mails"
        check_mail(mails[0], facts.people[address], row["message_id"])
        returning.add(mails[0].caught.envelope_from)
        used.add((facts.people[address]["kind"] == "international", row["language"]))
    assert used == {(False, "en"), (False, "ar"), (True, "ar")}
    assert len(returning) == 47, "a bounce must say whose mail came back"
    assert len(mission.mails) - caught_before == 47


def test_one_click_stops_the_mails(mission: Deployment) -> None:
    address, person = next(iter(facts_of(mission).people.items()))
    link = mails_to(mission, address)[0].message["List-Unsubscribe"].split(">")[0].removeprefix("<")
    assert person["suppressed"] == ""
    looked = httpx.get(link)
    assert looked.status_code == 200
    assert facts_of(mission).people[address]["suppressed"] == ""
    stopped = httpx.post(link, data={"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    eventually(lambda: facts_of(mission).people[address]["suppressed"] == "unsubscribed", within=20)
