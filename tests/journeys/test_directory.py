"""The directory in real browsers: on a phone in Arabic, without JavaScript, and one whole life of an address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.browsing import People, check_page
from tests.stack.deployment import Deployment

LIST = Path(__file__).resolve().parents[1] / "directory" / "data" / "list_of_missions.csv"
HOME = "/w/demo/directory/"
WAIT = 30_000


@pytest.fixture(scope="module")
def passphrases(demonstration: Deployment) -> dict[str, str]:
    """How the demonstration's people sign in, as its administrator is told."""
    told = demonstration.manage("demo")
    assert told.returncode == 0, told.stderr
    return dict(re.findall(r"(\S+@demo\.example)  (.+)", told.stdout))


def sign_in(context: BrowserContext, name: str, passphrases: dict[str, str]) -> Page:
    page = context.new_page()
    email = f"{name}@demo.example"
    page.goto(f"/accounts/sign-in/?next={HOME}")
    page.locator("#id_login").fill(email)
    page.locator("#passphrase").fill(passphrases[email])
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda address: "sign-in" not in address)
    return page


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=WAIT)


def test_a_list_is_read_while_one_chooses_and_47_of_50_are_reached(
    people: People, passphrases: dict[str, str], tmp_path: Path
) -> None:
    page = sign_in(people.browser_of(), "elena", passphrases)
    page.goto(f"{HOME}imports/")
    page.set_input_files("input[type=file]", LIST)
    page.get_by_role("button", name="Upload and look at it").click()
    heading(page, "What the columns mean")
    preview = page.locator("#import-preview")
    expect(preview).to_contain_text("Diplomatic mission")
    page.select_option("#id_name_source", "pattern")
    page.fill("#id_name_value", "{Country} ({Region})")
    page.press("#id_name_value", "Tab")
    expect(preview).to_contain_text("Albania (EUROPE)")
    page.select_option("#id_name_source", "column:0")
    expect(preview).not_to_contain_text("(EUROPE)")
    check_page(page)

    page.select_option("#id_basis", "public_task")
    page.fill("#id_source", "Diplomatic list 2024")
    page.get_by_role("button", name="Check all rows").click()
    heading(page, "What would happen")
    expect(page.locator(".figures")).to_contain_text("47")
    page.get_by_role("button", name="Import 50 rows").click()
    heading(page, "The list is imported")
    expect(page.get_by_role("heading", name="3 rows explained")).to_be_visible()
    check_page(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these rows").click()
    file = tmp_path / "rows.csv"
    download.value.save_as(file)
    lines = file.read_text("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("Luxembourg,")
    assert "is not an e-mail address" in lines[1]


def test_an_import_needs_no_javascript(people: People, passphrases: dict[str, str]) -> None:
    with_script = people.browser_of()
    sign_in(with_script, "elena", passphrases)
    without = people.browser_of(javascript=False, storage_state=with_script.storage_state())
    page = without.new_page()
    page.goto(f"{HOME}imports/")
    page.set_input_files(
        "input[type=file]",
        {
            "name": "clubs.csv",
            "mimeType": "text/csv",
            "buffer": b"Name;Country;Mail\nReading Club;Ireland;club@reading.example.org\n",
        },
    )
    page.get_by_role("button", name="Upload and look at it").click()
    page.select_option("#id_kind_source", "constant")
    page.select_option("#id_kind_value", "civil_society")
    page.get_by_role("button", name="Show again").click()
    expect(page.locator("#import-preview")).to_contain_text("Civil society")
    page.select_option("#id_basis", "consent")
    page.fill("#id_source", "Sign-up sheet")
    page.get_by_role("button", name="Check all rows").click()
    heading(page, "What would happen")  # the page asks again by itself
    page.get_by_role("button", name="Import 1 row").click()
    heading(page, "The list is imported")
    page.goto(f"{HOME}?q=reading")
    expect(page.get_by_role("link", name="Reading Club")).to_be_visible()


def test_one_life_of_an_address(people: People, passphrases: dict[str, str]) -> None:
    page = sign_in(people.browser_of(dark=True), "elena", passphrases)
    page.get_by_role("link", name="Add a stakeholder").click()
    page.fill("#id_name", "Harbour Union")
    page.select_option("#id_kind", "civil_society")
    page.fill("#id_languages", "French, Arabic")
    page.get_by_role("button", name="Add to the directory").click()
    heading(page, "Harbour Union")
    page.get_by_role("link", name="Add an address").click()
    page.fill("#id_address", "desk@harbour.example.org")
    page.get_by_role("button", name="Add the address").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Stop sending to desk@harbour.example.org").click()
    check_page(page)
    page.get_by_role("button", name="Stop sending").click()
    expect(page.get_by_text("Sending stopped")).to_be_visible()
    page.get_by_role("link", name="Allow sending to desk@harbour.example.org again").click()
    page.fill("#id_because", "They asked us by letter on 3 May")
    page.get_by_role("button", name="Allow sending again").click()
    expect(page.get_by_text("They asked us by letter on 3 May")).to_be_visible()
    check_page(page)


def test_the_builder_counts_while_one_ticks(people: People, passphrases: dict[str, str]) -> None:
    page = sign_in(people.browser_of(), "elena", passphrases)
    page.goto(f"{HOME}audiences/new/")
    count = page.locator("#audience-count")
    page.locator("input[name=kinds][value=media]").check()
    expect(count).to_contain_text("5 stakeholders fit now")
    page.locator("input[name=languages][value=ar]").check()
    expect(count).to_contain_text("1 stakeholder fits now")
    check_page(page)
    page.locator("input[name=mode][value=picked]").check()
    expect(count).to_be_hidden()


def test_every_page_on_a_phone_in_arabic(people: People, passphrases: dict[str, str]) -> None:
    page = sign_in(people.browser_of(phone=True, locale="ar"), "ana", passphrases)
    page.goto("/me/")
    page.select_option("select[name=language]", "ar")
    page.locator("main form:has(select[name=language]) button[type=submit]").first.click()
    page.goto(HOME)
    assert page.locator("html").get_attribute("dir") == "rtl"
    check_page(page)
    with page.expect_navigation():
        page.locator("tbody a").first.click()
    check_page(page)
    page.goto(f"{HOME}audiences/")
    check_page(page)
    with page.expect_navigation():
        page.locator("tbody a").first.click()
    check_page(page)
