"""What the journeys of partners share: forms to answer, and a form answered step by step."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.journeys.answering_cast import SLUG
from tests.stack.deployment import Deployment

BACK = f"/r/{SLUG}/"
STORY = "They took my qaxoroad papers."
WAIT = 30_000


@dataclass
class Asked:
    """A published form, and the team behind it."""

    system: Deployment
    link: str

    @property
    def address(self) -> str:
        return self.link.split("/")[2]

    def tell(self, act: str, *words: Any) -> str:
        """Have the team do something: a function of the cast with this form's address."""
        given = ", ".join(repr(word) for word in (self.address, *words))
        return inside(self.system, f"{act}({given})")

    def shown(self) -> dict[str, Any]:
        """What the team finds of the one submission."""
        found: dict[str, Any] = json.loads(self.tell("show"))
        return found


def inside(system: Deployment, call: str) -> str:
    return system.run_inside(f"from tests.journeys import answering_cast as cast; cast.{call}")


def ask_all(system: Deployment) -> Asked:
    """A form with every question type."""
    return Asked(system, inside(system, "make(whole=True)"))


def ask_two(system: Deployment) -> Asked:
    """A form of one open choice and one sealed text."""
    return Asked(system, inside(system, "make()"))


def look(page: Page, name: str) -> None:
    """A picture for whoever builds this, where SHOTS names a folder."""
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/partner-{name}.png", full_page=True)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(context: BrowserContext, asked: Asked) -> Page:
    page = context.new_page()
    page.goto(asked.link)
    press(page, "Begin")
    expect(page.locator(".fill-step")).to_be_visible()
    return page


def at_step(page: Page, number: int, count: int = 4) -> None:
    expect(page.locator(".fill-place")).to_have_text(f"Step {number} of {count}")


def errors(page: Page) -> Locator:
    return page.locator(".fill-question .fill-error:visible")


def fill_short(page: Page) -> None:
    """Both questions of the short form, up to the review."""
    page.get_by_label("Yes").check()
    page.get_by_label("Question q2").fill(STORY)
    press(page, "Continue")
    at_step(page, 2, 2)


def send(page: Page) -> str:
    """Send from the review; the return code."""
    press(page, "Send the answers")
    return receipt(page)


def receipt(page: Page) -> str:
    shown = page.locator("[data-receipt] > [data-code]")
    expect(shown).to_be_visible(timeout=WAIT)
    code = re.sub(r"\s+", " ", shown.inner_text()).strip()
    assert re.fullmatch(r"(\d{4} ){6}\d\d", code)
    return code


def come_back(context: BrowserContext, code: str) -> Page:
    """Type the code at the way back."""
    page = context.new_page()
    page.goto(BACK)
    enter(page, code)
    return page


def enter(page: Page, code: str) -> None:
    page.locator(".partner-code-input:visible").fill(code)
    page.locator("[data-code-form]:visible button").click()


def in_room(page: Page) -> Locator:
    room = page.locator("[data-room]")
    expect(room).to_be_visible(timeout=WAIT)
    return room


def paper(name: str, size: int, kind: str = "application/pdf", head: bytes = b"%PDF-1.7 ") -> Any:
    """A file as a person chooses one."""
    return {"name": name, "mimeType": kind, "buffer": head.ljust(size, b"x")}


def is_phase(page: Page, phase: str, count: int = 1) -> None:
    expect(page.locator(f'.fill-file[data-phase="{phase}"]')).to_have_count(count, timeout=WAIT)


def kept_rows(page: Page) -> list[int]:
    """How much of forms this browser keeps: keys, drafts, chunks of files."""
    found: list[int] = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const asked = indexedDB.open("entente-forms");
            asked.onerror = () => reject(asked.error);
            asked.onsuccess = () => {
                const stores = ["keys", "drafts", "chunks"];
                const change = asked.result.transaction(stores);
                const counts = stores.map((name) => change.objectStore(name).count());
                change.oncomplete = () => { asked.result.close(); resolve(counts.map((one) => one.result)); };
            };
        })"""
    )
    return found
