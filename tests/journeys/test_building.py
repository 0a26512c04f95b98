"""A team makes a form: every kind of question, two languages, leaks refused, published, shared, read by others."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.accounts.browser import PASSPHRASE
from tests.journeys.browsing import People, check_page
from tests.journeys.building_cast import SLUG
from tests.stack.deployment import Deployment

FORMS = f"/w/{SLUG}/feedback/forms/"
WAIT = 40_000
KINDS = {
    "Short text": "Where was it?",
    "Long text": "What happened?",
    "Number": "How many were there?",
    "Date": "When was it?",
    "One choice": "Which road was it?",
    "Several choices": "What did it cost you?",
    "Rating": "How safe do you feel there?",
    "Matrix": "How do you see the guards?",
    "Ranking": "What should come first?",
    "Yes or no": "Were you stopped?",
    "File": "Do you have a photo?",
    "Text without a question": "Do not write other people's names.",
}
LISTS = {"Choice": ("First", "Second"), "Row": ("Polite", "Fair"), "Column": ("No", "Yes")}


@pytest.fixture(scope="module")
def desk(system: Deployment) -> Deployment:
    """The system, with the people of this journey."""
    system.run_inside("from tests.journeys.building_cast import make; make()")
    return system


def arrive(page: Page, who: str, address: str = FORMS) -> Page:
    page.goto(f"/accounts/sign-in/?next={address}")
    page.locator("#id_login").fill(f"{who}@forms.example")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path == address)
    return page


def look(page: Page, name: str) -> None:
    """A picture for whoever builds this, where SHOTS names a folder."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


def begin(page: Page, title: str, *languages: str, readers: tuple[str, ...] = ()) -> None:
    """A new form, up to its builder."""
    page.locator("[data-new-form]").click()
    dialog = page.locator("#new-form")
    dialog.get_by_label("Title").fill(title)
    for language in languages:
        dialog.get_by_label(language, exact=True).check()
    for reader in readers:
        dialog.get_by_label(reader).check()
    dialog.get_by_role("button", name="Begin").click()
    arrived(page)


def arrived(page: Page) -> None:
    expect(page.locator("[data-builder]")).to_be_visible(timeout=WAIT)


def editor(page: Page) -> Locator:
    return page.locator("[data-editor]")


def add(page: Page, kind: str) -> None:
    """To the last step."""
    page.locator(".build-add").last.select_option(label=kind)


def write(page: Page, field: str, words: str, language: str = "") -> None:
    """Into the field in the only, or in this language."""
    label = f"{field} ({language})" if language else field
    editor(page).get_by_label(label, exact=True).fill(words)


def choose(page: Page, question: str) -> None:
    page.locator("[data-outline]").get_by_role("button", name=question).first.click()


def ready(page: Page) -> Locator:
    return page.locator("[data-publish-why]")


def saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "saved")


def publish(page: Page) -> None:
    page.locator("[data-publish]").click()
    page.locator("#publish-form").get_by_role("button", name="Publish").click()
    expect(page.locator("[data-published]")).to_be_visible(timeout=WAIT)


def test_every_kind_of_question_is_built_published_and_shared(
    people: People, desk: Deployment
) -> None:
    page = arrive(people.browser_of().new_page(), "edda")
    expect(page.locator("#new-form").get_by_text("Pavel Approver")).to_have_count(0)
    begin(page, "How safe is your road?", readers=("Dina Diplomat",))
    expect(page.locator("[data-findings]")).to_contain_text("asks nothing yet")
    for kind, words in KINDS.items():
        add(page, kind)
        write(page, "Text" if kind.startswith("Text") else "Question", words)
        for name, texts in LISTS.items():
            for number, text in enumerate(texts, 1):
                field = editor(page).get_by_label(f"{name} {number}", exact=True)
                if field.count():
                    field.fill(text)
    expect(ready(page)).to_have_text("Ready to publish")
    look(page, "builder")
    check_page(page)

    # The preview is the page of whoever answers: it skips, checks and shows the seal.
    preview = page.locator("[data-preview]")
    expect(preview.get_by_text("Only the team can read this")).to_have_count(len(KINDS) - 1)
    choose(page, "Were you stopped?")
    condition = editor(page).get_by_role("group", name="When it is asked")
    condition.get_by_role("button", name="Add a condition").click()
    condition.get_by_role("combobox").first.select_option(label="How many were there?")
    condition.get_by_role("combobox").nth(1).select_option(label="is answered")
    expect(preview.get_by_text("Were you stopped?").first).to_be_hidden()
    preview.get_by_label("How many were there?").fill("3")
    preview.get_by_label("How many were there?").blur()
    expect(preview.get_by_text("Were you stopped?").first).to_be_visible()

    # Nothing of the draft is lost when the page goes; what was taken back comes again.
    page.locator("[data-undo]").click()
    expect(condition.get_by_role("combobox").nth(1)).to_have_value("equals")
    page.locator("[data-redo]").click()
    saved(page)
    page.reload()
    arrived(page)
    publish(page)
    expect(ready(page)).to_have_text("Published as it stands here")
    expect(page.locator("[data-publish]")).to_be_disabled()

    page.get_by_role("link", name="Share the link").click()
    link = page.locator("#form-link")
    expect(link).to_have_value(re.compile(r"/f/[a-z0-9]+/#[\w-]{43}$"), timeout=WAIT)
    expect(page.locator("[data-readers] li")).to_have_count(2)
    check_page(page)
    look(page, "share")
    partner = people.browser_of(phone=True).new_page()
    partner.goto(link.input_value())
    expect(partner.get_by_role("heading", level=1)).to_have_text("How safe is your road?")
    partner.get_by_role("button", name="Begin").click()
    expect(partner.get_by_label("Where was it?")).to_be_visible(timeout=WAIT)


def test_a_sealed_answer_can_not_leak_into_an_open_one(people: People, desk: Deployment) -> None:
    page = arrive(people.browser_of().new_page(), "edda")
    begin(page, "Leaks", readers=("Dina Diplomat",))
    add(page, "Yes or no")
    write(page, "Question", "Did they threaten you?")
    add(page, "Short text")
    write(page, "Question", "Where?")
    editor(page).get_by_label("Open", exact=True).check()
    condition = editor(page).get_by_role("group", name="When it is asked")
    condition.get_by_role("button", name="Add a condition").click()
    findings = page.locator("[data-findings]")
    expect(findings).to_contain_text("which is sealed. The server could tell")
    expect(page.locator("[data-publish]")).to_be_disabled()
    look(page, "leak")
    findings.get_by_role("button", name="Take that away").click()
    expect(ready(page)).to_have_text("Ready to publish")
    editor(page).get_by_label("Insert an earlier answer…: Question").select_option(index=1)
    expect(findings).to_contain_text("repeat the answer to")
    findings.get_by_role("button", name=re.compile("^Seal .*too")).click()
    expect(ready(page)).to_have_text("Ready to publish")
    expect(editor(page).get_by_label("Sealed", exact=True)).to_be_checked()
    # The next one stands in another step, which says the sealed answer in its title.
    page.get_by_role("button", name="Add a step").click()
    write(page, "Title of the step", "You said {q1}")
    add(page, "Rating")
    write(page, "Question", "How safe do you feel?")
    editor(page).get_by_label("Open", exact=True).check()
    expect(page.locator("[data-publish]")).to_be_disabled()
    page.locator("[data-findings] summary").click()
    findings.get_by_role("button", name="Show me").click()
    expect(editor(page).get_by_label("Title of the step", exact=True)).to_be_focused()
    findings.get_by_role("button", name="Take that away").click()
    expect(ready(page)).to_have_text("Ready to publish")


def test_two_languages_two_editors_and_the_next_version(people: People, desk: Deployment) -> None:
    page = arrive(people.browser_of().new_page(), "edda")
    begin(page, "Water", "Arabic", readers=("Dina Diplomat",))
    add(page, "Short text")
    write(page, "Question", "Where is the well?", "English")
    findings = page.locator("[data-findings]")
    expect(findings).to_contain_text("Not translated yet into")
    write(page, "Question", "أين البئر؟", "العربية")
    choose(page, "The form itself")
    write(page, "Title", "الماء", "العربية")
    expect(findings).not_to_contain_text("Not translated yet")
    preview = page.locator("[data-preview]")
    expect(preview).to_have_attribute("dir", "rtl")
    expect(preview).to_contain_text("أين البئر؟")
    preview.get_by_role("button", name="English").click()
    expect(preview).to_contain_text("Where is the well?")

    # A third language by its name, a fourth by its code, and both away again.
    languages = editor(page).get_by_role("group", name="Languages", exact=True)
    languages.get_by_label("Another language", exact=True).select_option(label="français")
    languages.get_by_role("button", name="Add the language").click()
    expect(languages.locator(".build-language")).to_have_text(
        ["English (en)", "العربية (ar)", "français (fr)"]
    )
    expect(findings).to_contain_text("Not translated yet into \u2068français\u2069")
    languages.get_by_label("Another language", exact=True).select_option(
        label="None of these: by its code…"
    )
    code = languages.get_by_label("Code of another language")
    for wrong in ("swahili of the coast", "fr"):
        code.fill(wrong)
        languages.get_by_role("button", name="Add the language").click()
        expect(languages.get_by_role("alert")).to_contain_text("no code of a language")
        expect(code).to_be_focused()
    code.fill("sw-TZ")
    languages.get_by_role("button", name="Add the language").click()
    expect(languages.locator(".build-language")).to_have_count(4)
    for _ in range(2):
        languages.get_by_role("button", name=re.compile("^Remove the language")).last.click()
    expect(languages.locator(".build-language")).to_have_count(2)
    expect(findings).not_to_contain_text("Not translated yet")
    saved(page)
    publish(page)

    # A colleague opens it meanwhile; both change it, and neither is overwritten in silence.
    other = arrive(people.browser_of().new_page(), "dina", urlsplit(page.url).path)
    arrived(other)
    write(other, "Title", "Water and wells", "English")
    saved(other)
    write(page, "Title", "Water points", "English")
    expect(page.locator("[data-conflict]")).to_be_visible()
    people.troubles.forgive("409")
    page.get_by_role("button", name="Keep mine, over theirs").click()
    saved(page)
    publish(page)
    expect(page.get_by_text("Version 2", exact=True)).to_be_visible()

    # Duplicated, under another name and with keys of its own.
    page.goto(FORMS)
    row = page.get_by_role("row").filter(has_text="Water points")
    row.get_by_role("button", name="Duplicate").click()
    dialog = page.locator("#new-form")
    dialog.get_by_label("Title").fill("Water again")
    dialog.get_by_role("button", name="Begin").click()
    arrived(page)
    expect(page.locator("[data-outline]")).to_contain_text("Where is the well?")


def test_readers_come_and_go_and_each_time_the_key_is_new(people: People, desk: Deployment) -> None:
    page = arrive(people.browser_of().new_page(), "edda")
    begin(page, "Readers")
    add(page, "Yes or no")
    write(page, "Question", "Are you safe?")
    publish(page)
    page.get_by_role("link", name="Share the link").click()
    readers = page.locator("[data-readers]")
    expect(page.locator("[data-readers-warn]")).to_contain_text(
        "You are the only one", timeout=WAIT
    )
    page.locator("#add-reader").select_option(label="Dina Diplomat")
    page.get_by_role("button", name="Let them read").click()
    expect(readers.locator("li")).to_have_count(2)
    expect(page.locator("[data-readers-warn]")).to_be_hidden()
    # Where everybody reads it already, nothing is offered that can't be done.
    page.locator("#add-reader").select_option(label="Amal Editor")
    page.get_by_role("button", name="Let them read").click()
    expect(readers.locator("li")).to_have_count(3)
    expect(page.locator("[data-nobody]")).to_be_visible()
    expect(page.get_by_role("button", name="Let them read")).to_be_hidden()
    check_page(page)
    readers.get_by_role("button", name=re.compile("^Make owner: .*Dina")).click()
    expect(readers.get_by_text("Owner: may change who reads")).to_have_count(2)
    page.once("dialog", lambda dialog: dialog.accept())
    readers.get_by_role("button", name=re.compile("^Take .*Dina")).click()
    expect(readers.locator("li")).to_have_count(2)
    expect(page.get_by_role("button", name="Let them read")).to_be_visible()
    page.get_by_role("button", name="Close the form").click()
    expect(page.get_by_role("button", name="Open it again")).to_be_visible(timeout=WAIT)
    page.get_by_label("Takes at most this many answers").fill("50")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-settings-saved]")).to_be_visible()


def test_on_a_phone_in_arabic_by_keyboard(people: People, desk: Deployment) -> None:
    page = arrive(people.browser_of(locale="ar", phone=True, dark=True).new_page(), "amal")
    check_page(page)
    expect(page.locator("[data-new-form]")).to_be_enabled()
    page.locator("[data-new-form]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#new-form-title-field")).to_be_focused()
    page.keyboard.type("الطريق")
    page.keyboard.press("Enter")
    arrived(page)
    check_page(page)
    step = page.locator(".build-add").first
    step.focus()
    page.keyboard.press("Home")
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    first = editor(page).locator("textarea[lang]").first
    expect(first).to_be_focused()
    look(page, "builder-phone")
    check_page(page)
    page.locator("[data-view=preview]").click()
    expect(page.locator("[data-preview]")).to_be_visible()
    check_page(page)
    look(page, "builder-phone-preview")
    page.goto(FORMS)
    expect(page.get_by_role("link", name="الطريق")).to_be_visible()
    check_page(page)
    look(page, "forms-phone")
