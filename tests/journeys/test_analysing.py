"""An analyst reads what people answered: sealed answers opened in the browser, filtered, crossed, exported."""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from comms.client import main as program
from comms.client.app import App
from comms.client.store import Home
from tests.accounts.browser import PASSPHRASE
from tests.feedback.by_client import MadeForm, Partner, make_form
from tests.journeys.analysing_cast import ASKED, SLUG, answers
from tests.journeys.browsing import People, check_page
from tests.stack.deployment import Deployment

WAIT = 40_000


@dataclass
class Desk:
    """The form and where its analysis is."""

    form: MadeForm
    address: str


@pytest.fixture(scope="module")
def desk(system: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A form that Frida published for herself, Anton and Amal, answered by 18 people."""
    system.run_inside("from tests.journeys.analysing_cast import make; make()")
    home = tmp_path_factory.mktemp("frida")
    code = sign_in(home, system.url, "frida@figures.example")
    assert code == 0
    app = App(Home(home))
    readers = [app.find_person(name).user for name in ("Anton Analyst", "Amal Analyst")]
    app.close()
    form = make_form(home, ASKED, *readers)
    partner = Partner(system.url, form.address)
    for at in range(18):
        partner.send(partner.seal(*answers(at)))
    return Desk(form, f"/w/{SLUG}/feedback/forms/{form.id}/analysis/")


def sign_in(home: Path, url: str, email: str) -> int:
    with patch("sys.stdin", io.StringIO(f"{PASSPHRASE}\n")):
        return program.main(["--home", str(home), "--json", "sign-in", url, email, "--stdin"])


def arrive(page: Page, desk: Desk, who: str, query: str = "") -> Page:
    page.goto(f"/accounts/sign-in/?next={desk.address}")
    page.locator("#id_login").fill(f"{who}@figures.example")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path == desk.address)
    if query:
        page.goto(desk.address + query)
    return page


def open_sealed(page: Page) -> None:
    page.locator("[data-open]").click()
    expect(page.locator("[data-open]")).to_be_hidden(timeout=WAIT)


def look(page: Page, name: str) -> None:
    """A picture for whoever builds this, where SHOTS names a folder."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def card(page: Page, key: str) -> Locator:
    return page.locator(f'[data-question="{key}"]')


def test_a_reader_opens_filters_and_crosses(people: People, desk: Desk) -> None:
    page = arrive(people.browser_of().new_page(), desk, "anton")
    look(page, "analysis-before")
    expect(card(page, "safe")).to_contain_text("only in the browser of a reader")
    expect(card(page, "road")).to_contain_text("n = 18")
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.url + (request.post_data_buffer or b"").hex()),
    )
    open_sealed(page)
    expect(card(page, "safe")).to_contain_text("n = 18")
    expect(card(page, "times").locator(".chart-stacked")).to_have_count(2)
    expect(card(page, "story").locator("li")).to_have_count(18)
    page.locator("#where-1").select_option("road:south")
    page.locator("#down").select_option("road")
    page.locator("#across").select_option("safe")
    page.locator("#follow").select_option("safe")
    page.locator("[data-filters] button[type=submit]").click()
    expect(page.locator("[data-shown]")).to_have_text("7")
    expect(card(page, "safe")).to_contain_text("n = 7")
    expect(page.locator("[data-crossing] .chart-stacked")).to_have_count(3)
    expect(page.locator("[data-trend] figure")).to_have_count(3)
    assert "where=road%3Asouth" in page.url
    page.locator("[data-question=safe] summary").click()
    expect(card(page, "safe").locator("tbody tr")).to_have_count(2)
    check_page(page)
    look(page, "analysis-opened")
    # Nothing of a sealed answer has left the browser.
    assert not [one for one in asked if "mill" in one or b"mill".hex() in one]


def test_exports_rows_for_work_and_safe_tables_for_publication(people: People, desk: Desk) -> None:
    page = arrive(people.browser_of().new_page(), desk, "anton")
    expect(page.locator("[data-kind-work]")).to_be_disabled()
    open_sealed(page)
    page.locator("[data-kind-work]").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with zipfile.ZipFile(download.value.path()) as made:
        rows = made.read("rows.csv").decode("utf-8-sig").splitlines()
        assert "codebook.csv" in made.namelist()
    assert len(rows) == 19
    assert all(",'=Number" in row for row in rows[1:])

    page.locator('input[name="kind"][value="publication"]').check()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    tables = json.loads(Path(download.value.path()).read_text())["tables"]
    road = {
        cell["value"]: cell["count"]
        for cell in next(t for t in tables if t["question"] == "road")["cells"]
    }
    # Two said "other": that, and one more which the total would give it away by.
    assert road == {"North": 9, "South": None, "Other": None, "No answer": 0}
    assert all(
        cell["count"] is None
        or cell["count"] >= 5
        or (cell["value"], cell["count"]) == ("No answer", 0)
        for table in tables
        for cell in table["cells"]
    )
    assert "mill" not in json.dumps(tables)
    with page.expect_download() as download:
        page.get_by_role("button", name="XLSX").click()
    with zipfile.ZipFile(download.value.path()) as made:
        assert made.testzip() is None
        assert "xl/worksheets/sheet2.xml" in made.namelist()


def test_who_is_no_reader_counts_what_is_open(people: People, desk: Desk) -> None:
    page = arrive(people.browser_of().new_page(), desk, "nora")
    page.locator("[data-open]").click()
    expect(page.locator("[data-alarm]")).to_contain_text("no reader", timeout=WAIT)
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    tables = json.loads(Path(download.value.path()).read_text())["tables"]
    assert {table["question"] for table in tables} == {"road", "rated", "people", ""}
    people.troubles.forgive("404")


def test_stops_when_asked(people: People, desk: Desk) -> None:
    page = arrive(people.browser_of().new_page(), desk, "anton")
    page.route("**/submissions*", lambda _route: None)
    page.locator("[data-open]").click()
    page.locator("[data-cancel]").click()
    expect(page.locator("[data-opening-text]")).to_have_text("Stopped. Nothing was counted.")
    expect(card(page, "safe")).to_contain_text("only in the browser of a reader")


def test_a_forged_submission_is_an_alarm(people: People, desk: Desk) -> None:
    page = arrive(people.browser_of().new_page(), desk, "anton")

    def forge(route: Route) -> None:
        answer = route.fetch()
        body = answer.body()
        at = body.index(b'"choice"')
        route.fulfill(response=answer, body=body[:at] + b'"ch0ice"' + body[at + 8 :])

    page.route("**/submissions*", forge)
    open_sealed(page)
    expect(page.locator("[data-alarm]")).to_contain_text("made up on the way: 1.")
    expect(card(page, "safe")).to_contain_text("n = 17")


def test_in_arabic_on_a_phone_and_in_the_dark(people: People, desk: Desk) -> None:
    query = "?down=road&across=rated&follow=rated"
    phone = arrive(people.browser_of(phone=True, locale="ar").new_page(), desk, "amal", query)
    open_sealed(phone)
    check_page(phone)
    look(phone, "analysis-arabic-phone")
    dark = arrive(people.browser_of(dark=True).new_page(), desk, "anton", query)
    open_sealed(dark)
    check_page(dark)
    look(dark, "analysis-dark")


def test_without_javascript_what_is_open_is_drawn(people: People, desk: Desk) -> None:
    context = people.browser_of()
    page = arrive(context.new_page(), desk, "anton")
    plain = people.browser_of(javascript=False)
    plain.add_cookies(context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(f"{desk.address}?where=road:south&down=road&across=rated")
    expect(page.locator("[data-shown]")).to_have_text("7")
    expect(page.locator("[data-crossing] .chart-stacked")).to_have_count(3)
    expect(page.locator("[data-opening]")).to_be_hidden()
