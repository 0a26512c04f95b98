"""A team works on what people sent: taken, opened, talked over, answered, closed; by readers and by others."""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from comms.client import main as program
from comms.client.app import App
from comms.client.store import Home
from comms.wire.form_keys import form_seed
from tests.accounts.browser import PASSPHRASE
from tests.feedback.by_client import MadeForm, Partner, make_form
from tests.feedback.world import Person
from tests.journeys.browsing import People, check_page, wait_for_mail
from tests.journeys.casework_cast import ASKED, SLUG, WORKSPACE
from tests.stack.canary import Wire, all_places, kinds_with
from tests.stack.deployment import Deployment

INBOX = f"/w/{SLUG}/feedback/"
WAIT = 40_000


def segment(marker: int, content: bytes) -> bytes:
    """A part of a JPEG (ITU T.81 B.1)."""
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


PICTURE = b"".join(
    [
        segment(0xDB, bytes(65)),
        segment(0xC0, bytes(15)),
        segment(0xDA, bytes(10)),
        b"pixels",
        b"\xff\xd9",
    ]
)
PLAIN_PHOTO = b"\xff\xd8" + PICTURE
PLACE = segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0 46.2044N 6.1432E")
PHOTO: FilePayload = {
    "name": "gate.jpg",
    "mimeType": "image/jpeg",
    "buffer": b"\xff\xd8" + PLACE + PICTURE,
}
RAW_PHOTO: FilePayload = {"name": "IMG_1.HEIC", "mimeType": "", "buffer": b"\0\0\0\x18ftypheic"}
PAPER: FilePayload = {
    "name": "leaflet.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.7\n" + b"who helps where\n" * 150_000,
}


@dataclass
class Desk:
    """A form that Dina and Edgar read, and people who answer it."""

    system: Deployment
    form: MadeForm
    partner: Partner

    def send(self, story: str, gate: str = "north") -> Person:
        person = self.partner.seal({"story": story}, {"gate": {"choice": gate}})
        self.partner.send(person)
        return person

    def find(self, person: Person) -> str:
        """The case that it became."""
        code = f"from tests.journeys.casework_cast import find; find({person.sealed.hash.hex()!r})"
        return self.system.run_inside(code).strip()


@pytest.fixture(scope="module")
def desk(system: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The form is Dina's; Edgar and Amal read its sealed answers, Nora does not."""
    system.run_inside("from tests.journeys.casework_cast import make; make()")
    home = tmp_path_factory.mktemp("dina")
    with patch("sys.stdin", io.StringIO(f"{PASSPHRASE}\n")):
        arguments = ["--home", str(home), "--json", "sign-in", system.url, "dina@cases.example"]
        assert program.main([*arguments, "--stdin"]) == 0
    form = make_form(home, ASKED, *_people(home, "Edgar Editor", "Amal Diplomat"))
    return Desk(system, form, Partner(system.url, form.address))


def _people(home: Path, *names: str) -> list[UUID]:
    app = App(Home(home))
    found = [app.find_person(name).user for name in names]
    app.close()
    return found


def arrive(page: Page, who: str, address: str = INBOX) -> Page:
    page.goto(f"/accounts/sign-in/?next={address}")
    page.locator("#id_login").fill(f"{who}@cases.example")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path == address)
    return page


def look(page: Page, name: str) -> None:
    """A picture for whoever builds this, where SHOTS names a folder."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def rows(page: Page) -> Locator:
    return page.locator("[data-row]")


def opened(page: Page, words: str) -> None:
    """The case's sealed answer stands there, opened."""
    expect(page.locator("[data-question=story]")).to_contain_text(words, timeout=WAIT)


def reply(page: Page, words: str) -> None:
    page.get_by_label("Your reply").fill(words)
    page.get_by_role("button", name="Send to the person").click()


def attach(page: Page) -> None:
    """A paper and a photo beside the reply that is being written; a photo that can't be cleaned stays out."""
    files = page.locator("[data-reply-input]")
    files.set_input_files([PAPER, RAW_PHOTO])
    page.get_by_role("button", name="Send to the person").click()
    expect(page.locator("[data-reply-error]")).to_contain_text(
        "Place, time and camera can not be taken out of"
    )
    # Files don't outlast the page, and it says so.
    page.reload()
    expect(page.get_by_text("You had chosen files for your reply.")).to_be_visible(timeout=WAIT)
    expect(page.get_by_label("Your reply")).to_have_value(re.compile("^Thank you for"))
    files.set_input_files([PAPER, RAW_PHOTO])
    page.get_by_role("button", name=f"Remove: {RAW_PHOTO['name']}").click()
    files.set_input_files([PHOTO])
    expect(page.get_by_label("Take place, time and camera out of photos")).to_be_checked()


def test_a_case_from_its_arrival_to_its_end(people: People, desk: Desk) -> None:
    dina = arrive(people.browser_of().new_page(), "dina")
    desk.send("They took my papers at the gate.")
    # The inbox is told of it; nothing jumps under the hand.
    expect(dina.locator("[data-live-bar]")).not_to_be_empty(timeout=WAIT)
    dina.reload()
    expect(rows(dina)).to_have_count(1)
    check_page(dina)
    dina.locator("[data-open]").first.click()
    opened(dina, "They took my papers")
    expect(dina.locator("[data-question=gate]")).to_contain_text("North")
    case = urlsplit(dina.url).path

    edgar = arrive(people.browser_of().new_page(), "edgar", case)
    opened(edgar, "They took my papers")
    dina.get_by_role("button", name="Take it").click()
    opened(dina, "They took my papers")
    dina.get_by_label("Urgency").select_option(label="Urgent")
    dina.get_by_label("Category").select_option(label="Safety")
    expect(dina.locator("[data-badges]")).to_contain_text("Urgent")
    # Edgar's page follows.
    expect(edgar.locator("[data-badges]")).to_contain_text("Urgent")

    edgar.get_by_label("A note for your team").fill("The same officer as in May.")
    edgar.get_by_role("button", name="Keep as a note").click()
    expect(dina.locator("[data-notes]")).to_contain_text("The same officer as in May.")
    dina.get_by_label("Begin with a text").select_option(index=1)
    expect(dina.get_by_label("Your reply")).to_have_value(re.compile("^Thank you for"))
    # Edgar is faster: Dina sees his words first, and hers are still there.
    reply(edgar, "We are looking into it.")
    expect(edgar.locator("[data-dialogue]")).to_contain_text("We are looking into it.")
    expect(dina.locator("[data-dialogue]")).to_contain_text("We are looking into it.")
    attach(dina)
    dina.get_by_role("button", name="Send to the person").click()
    expect(dina.locator("[data-dialogue] > li")).to_have_count(2)
    expect(dina.locator("[data-reply-files]")).to_be_hidden()
    # What arrived at a colleague is the paper whole, and the photo without what it said of its place.
    for name, content in ((PAPER["name"], PAPER["buffer"]), (PHOTO["name"], PLAIN_PHOTO)):
        with edgar.expect_download() as saved:
            edgar.get_by_role("button", name=f"Download {name}").click()
        assert saved.value.path().read_bytes() == content
    expect(dina.locator("[data-badges]")).to_contain_text("Answered")
    look(dina, "case")
    check_page(dina)

    dina.get_by_role("link", name="Link a stakeholder").click()
    dina.get_by_role("searchbox", name="Search").fill("Elders")
    dina.get_by_role("button", name="Search", exact=True).click()
    dina.get_by_role("button", name="Link Elders of the North").click()
    dina.get_by_role("link", name="Elders of the North").click()
    expect(dina.get_by_text("Linked to a case of feedback")).to_be_visible()
    dina.goto(case)
    opened(dina, "They took my papers")
    dina.get_by_role("link", name="Close").click()
    dina.get_by_role("button", name="Close the case").click()
    expect(dina.get_by_text("is closed.")).to_be_visible()
    dina.goto(case)
    dina.get_by_role("button", name="Open again").click()
    expect(dina.get_by_text("The case is open again.")).to_be_visible()
    opened(dina, "They took my papers")
    # Who opened it stands in the case's history, by name.
    history = dina.locator("[data-history]")
    expect(history.get_by_text("Edgar Editor opened sealed answers").first).to_be_visible()
    expect(history.get_by_text("Dina Diplomat took over a case")).to_be_visible()


def test_who_is_no_reader_sees_that_and_nothing_more(people: People, desk: Desk) -> None:
    desk.send("Nobody but the readers may know.", "south")
    nora = arrive(people.browser_of().new_page(), "nora")
    nora.goto(f"{INBOX}?state=new")
    nora.locator("[data-open]").first.click()
    expect(nora.locator("[data-question=gate]")).to_contain_text("South")
    expect(nora.locator("[data-question=story]")).to_contain_text("Only its readers can open this")
    expect(nora.locator("[data-sealed-note]")).to_contain_text("Dina Diplomat")
    expect(nora.get_by_label("Your reply")).to_have_count(0)
    check_page(nora)
    look(nora, "case-not-reader")


def test_a_late_reply_is_told_of_by_mail_and_stands_out(people: People, desk: Desk) -> None:
    desk.send("Am I forgotten?")
    desk.system.run_inside("from tests.journeys.casework_cast import make_late; make_late()")
    mail = wait_for_mail(desk.system, "edgar@cases.example")
    assert "forgotten" not in mail.text
    page = arrive(people.browser_of().new_page(), "edgar")
    page.get_by_label("Overdue only").check()
    expect(page.locator("tr.is-late").first).to_be_visible()
    page.goto(f"/w/{SLUG}/")
    expect(page.get_by_text("A reply is late").first).to_be_visible()
    page.goto(f"{INBOX}?overdue=on")
    page.locator("tr.is-late [data-open]").first.click()
    expect(page.locator("[data-due]")).to_contain_text("Overdue")
    expect(page.locator("[data-question=story] .muted")).to_have_count(0, timeout=WAIT)
    reply(page, "You are not.")
    expect(page.locator("[data-badges]")).to_contain_text("Answered")
    expect(page.locator("[data-due]")).to_have_text("No date")


def test_on_a_phone_in_arabic_by_keyboard(people: People, desk: Desk) -> None:
    desk.send("عند البوابة")
    page = arrive(people.browser_of(locale="ar", phone=True, dark=True).new_page(), "amal")
    check_page(page)
    look(page, "inbox-phone")
    first = page.locator("[data-open]").first
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-question=story] .muted")).to_have_count(0, timeout=WAIT)
    check_page(page)
    look(page, "case-phone")
    page.locator("#note-text").focus()
    page.keyboard.type("ملاحظة")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-notes]")).to_contain_text("ملاحظة")


def test_what_is_sealed_lies_nowhere_in_the_clear(
    people: People, desk: Desk, tmp_path: Path
) -> None:
    """Answers, files, notes, the talk, the code and what follows from it: in no place of the server, in no backup."""
    wire = Wire()
    content = b"zyxopaper" + os.urandom(70_000)
    file, token = desk.partner.upload("proof", "zyxopassport.jpg", content)
    person = desk.partner.seal({"story": "zyxostory"}, {"gate": {"choice": "north"}}, [file])
    desk.partner.send(person, [(file.blob, token)])

    team = people.browser_of()
    wire.listen(team)
    dina = arrive(team.new_page(), "dina", f"{INBOX}cases/{desk.find(person)}/")
    opened(dina, "zyxostory")
    with dina.expect_download() as saved:
        dina.locator(".file-acts button").first.click()
    assert saved.value.path().read_bytes() == content
    dina.get_by_label("A note for your team").fill("zyxonote: the officer again")
    dina.get_by_role("button", name="Keep as a note").click()
    expect(dina.locator("[data-notes]")).to_contain_text("zyxonote")
    reply(dina, "zyxoreply: we have it")
    expect(dina.locator("[data-dialogue]")).to_contain_text("zyxoreply")

    phone = people.browser_of(phone=True)
    wire.listen(phone)
    page = phone.new_page()
    page.goto(f"/r/{SLUG}/")
    page.locator(".partner-code-input:visible").fill(person.code)
    page.locator("[data-code-form]:visible button").click()
    expect(page.locator("[data-room]")).to_contain_text("zyxoreply", timeout=WAIT)
    page.get_by_label("Write to the team").fill("zyxoanswer: the second paper")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".partner-said")).to_have_count(2, timeout=WAIT)
    expect(dina.locator("[data-dialogue]")).to_contain_text("zyxoanswer", timeout=WAIT)

    words = ["zyxostory", "zyxopaper", "zyxopassport", "zyxonote", "zyxoreply", "zyxoanswer"]
    keys = [file.key, person.secrets.ed25519, person.secrets.xwing, desk.form.epochs[0].key]
    code = [person.code, " ".join(re.findall(".{1,4}", person.code))]
    sealed: list[str | bytes] = [*words, *keys, *code, form_seed(desk.form.epochs[0].key)]
    assert wire.with_any(sealed) == []
    assert wire.with_any([person.secrets.lookup]), "bodies were noted"

    backup, passphrase = tmp_path / "sealed.backup", tmp_path / "passphrase"
    passphrase.write_text("zyxobackup ladder comet walnut")
    made = desk.system.manage(
        "backup", str(backup), more={"BACKUP_PASSPHRASE_FILE": str(passphrase)}
    )
    assert made.returncode == 0, made.stderr
    found = kinds_with(
        all_places(desk.system, backup, passphrase.read_text()),
        {
            "sealed": sealed,
            # The way in, from which nobody can go on, but which tells whose row it is.
            "lookup": [person.secrets.lookup],
            "ciphertext": [person.raw[-200:]],
            "known": [WORKSPACE, "celery@", "Ctrl-C stops it"],
        },
    )
    assert found["sealed"] == set()
    assert found["lookup"] == set()
    # The same search finds what the server has: the sealed bytes, and words that anybody there may know.
    assert {"row public.feedback_submission", "backup database"} <= found["ciphertext"]
    for kind in ("row", "file postgres/", "file log/", "output", "backup"):
        assert any(place.startswith(kind) for place in found["known"]), (kind, found["known"])
