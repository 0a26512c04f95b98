"""What a journey does in a browser besides clicking: people, accessibility, keys, mails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page

from comms.stack.mailbox import CaughtMail
from tests.stack.deployment import Deployment
from tests.stack.patience import eventually

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}
HARMLESS = re.compile(r"favicon|ERR_NETWORK_CHANGED|net::ERR_ABORTED")
RACES = re.compile(r"status of 409 .*(/me/keys/vault/|/envelopes)\)$")
"""Refusals that belong to a race which the pages win, noted by the browser whatever they make of them.

Two pages of one person write the vault at once: the slower one reads again and merges (`vault.test.ts`). An
envelope whose first answer was lost is sent again, or under a key that is new meanwhile (`sending.ts`).
"""


@dataclass
class Troubles:
    """What the browser complained of: a script's error, or something that the page's policy refused."""

    found: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error} ()"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not HARMLESS.search(message.text):
            where = message.location.get("url", "")
            complaint = f"console: {message.text} ({where})"
            if not RACES.search(complaint):
                self.found.append(complaint)

    def forgive(self, pattern: str) -> None:
        """Drop the complaints that a test provoked on purpose. Fails if there were none.

        The address of a complaint doesn't count: a port or a random id may hold the digits of a status.
        """
        kept = [line for line in self.found if not re.search(pattern, line.rpartition(" (")[0])]
        assert kept != self.found, f"nothing complained of {pattern!r}"
        self.found[:] = kept


class People:
    """Makes a browser context for each person: one cookie jar, one storage, one language."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._contexts: list[BrowserContext] = []
        self.troubles = Troubles()

    def browser_of(
        self,
        *,
        locale: str = "en-GB",
        timezone: str = "Europe/London",
        phone: bool = False,
        dark: bool = False,
        javascript: bool = True,
        program: Browser | None = None,
        **options: Any,
    ) -> BrowserContext:
        """A fresh browser, as if on another machine, in another `program` than usual if one is given."""
        settings: dict[str, Any] = {
            "base_url": self._url,
            "locale": locale,
            "timezone_id": timezone,
            "viewport": PHONE if phone else DESKTOP,
            "has_touch": phone,
            "is_mobile": phone,
            "color_scheme": "dark" if dark else "light",
            "reduced_motion": "reduce",
            "java_script_enabled": javascript,
            "accept_downloads": True,
        } | options
        context = (program or self._browser).new_context(**settings)
        context.set_default_timeout(20_000)
        context.set_default_navigation_timeout(30_000)
        self.troubles.watch(context)
        self._contexts.append(context)
        return context

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def add_authenticator(page: Page, *, has_prf: bool = True) -> CDPSession:
    """Give the page's browser a passkey authenticator that answers by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "hasPrf": has_prf,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session


@cache
def _axe() -> Axe:
    return Axe()


def check_page(page: Page) -> None:
    """Fail if axe finds anything serious, or if the page is wider than the window."""
    violations = [
        violation
        for violation in _axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]
    said = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n    "
        + "\n    ".join(node["html"][:200] for node in violation["nodes"][:5])
        for violation in violations
    ]
    assert not violations, f"{page.url}\n" + "\n".join(said)
    # Not window.innerWidth: on a phone that grows with what is too wide for it.
    size = page.viewport_size
    assert size is not None
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size["width"] + 1, f"{page.url} scrolls sideways: {width} > {size['width']}"


@dataclass(frozen=True)
class Mail:
    """A caught mail, parsed."""

    caught: CaughtMail
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        return _part(self.message, "html")

    def link(self, pattern: str = r"https?://\S+") -> str:
        """The first address in the text part that matches."""
        found = re.search(pattern, self.text)
        assert found, f"no link like {pattern!r} in:\n{self.text}"
        return found.group(0)


def mails_to(system: Deployment, address: str, *, subject: str = "") -> list[Mail]:
    """The mails that were sent to an address, oldest first; only those whose subject contains the words."""
    caught = system.mails.newest(skip=0, count=1_000_000, recipient=address)
    parsed = [Mail(each, _parse(each)) for each in reversed(caught) if address in each.envelope_to]
    return [mail for mail in parsed if subject in mail.subject]


def wait_for_mail(system: Deployment, address: str, *, subject: str = "", count: int = 1) -> Mail:
    """Return the newest mail to an address once there are ``count`` of them."""
    eventually(lambda: len(mails_to(system, address, subject=subject)) >= count, within=60)
    return mails_to(system, address, subject=subject)[-1]


def set_up_link(system: Deployment) -> str:
    """The one-time link that the first start printed."""
    found = re.search(rf"{re.escape(system.url)}/\S*#\S+", system.output())
    assert found, f"no set-up link in:\n{system.output()}"
    return found.group(0)


def _parse(caught: CaughtMail) -> EmailMessage:
    message = message_from_bytes(caught.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None, f"the mail has no {kind} part"
    return str(part.get_content())
