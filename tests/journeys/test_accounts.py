"""From nothing to a team, in a real browser: set-up, recovery, sign-in, passkey, invitation, revocation.

The passphrase is a strange marker: at the end no request that any of the browsers sent may contain it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

pytestmark = pytest.mark.browser

_ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "zyxomarker walrus violet kettle harbour"
SECOND = "zyxomarker thimble orchard granite lagoon"
CHANGED = "zyxomarker falcon saffron meadow copper"


@dataclass
class Product:
    """The running product and its set-up link."""

    base: str
    setup_link: str


@dataclass
class Wire:
    """Everything that the browsers have sent."""

    sent: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        """Note every request of the context, and every error of a script."""
        context.on("request", self._note)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _note(self, request: Request) -> None:
        body = request.post_data_buffer or b""
        headers = " ".join(request.headers.values())
        self.sent.append(f"{request.url} {headers} {body.decode('latin-1')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """`manage.py up` in a fresh data folder, as a person starts it."""
    var, port = tempfile.mkdtemp(prefix="journey-"), _free_port()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DJANGO_SETTINGS_MODULE", "TEST_VAR", "DEMO"}
    }
    environment |= {"VAR": var, "PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Product(f"http://localhost:{port}", _read_link(process))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        shutil.rmtree(var, ignore_errors=True)


def _read_link(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    link, deadline = "", time.monotonic() + 120
    for line in process.stdout:
        link = link or (re.findall(r"http\S+/setup/#\S+", line) or [""])[0]
        if "Everything is ready" in line:
            assert link, "no set-up link was printed"
            return link
        assert time.monotonic() < deadline, "the product did not get ready"
    pytest.fail("the product stopped while starting")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def wire() -> Wire:
    """What this test's browsers sent."""
    return Wire()


def _fill_new_passphrase(page: Page, passphrase: str) -> None:
    page.fill("#new-passphrase", passphrase)
    expect(page.locator("[data-strength-word]")).to_contain_text("trong", timeout=30_000)
    page.fill("#repeat-passphrase", passphrase)


def _keep_recovery_code(page: Page) -> str:
    """Read the code, and type what the page asks back."""
    expect(page.locator("[data-recovery-code]")).to_be_visible(timeout=30_000)
    code = page.inner_text("[data-recovery-code]")
    groups = [int(one) for one in re.findall(r"\d+", page.inner_text("[data-recovery-ask]"))]
    page.fill("#recovery-again", "XXXX XXXX")
    page.click("[data-recovery-form] button[type=submit]")
    expect(page.locator("[data-recovery-error]")).to_be_visible()
    page.fill("#recovery-again", " ".join(code.split("-")[one - 1] for one in groups).lower())
    page.click("[data-recovery-form] button[type=submit]")
    return code


def _set_up(page: Page, product: Product) -> str:
    page.goto(product.setup_link)
    page.fill("#name", "Freya Founder")
    page.fill("#email", "freya@example.org")
    page.fill("#workspace", "Mission to the Talks")
    _fill_new_passphrase(page, PASSPHRASE)
    _axe(page)
    page.click("[data-new-account] button[type=submit]")
    code = _keep_recovery_code(page)
    page.wait_for_url("**/w/mission-to-the-talks/")
    return code


def _sign_in(page: Page, product: Product, passphrase: str = PASSPHRASE) -> None:
    page.goto(f"{product.base}/accounts/sign-in/")
    page.fill("#id_login", "freya@example.org")
    page.fill("#passphrase", passphrase)
    page.click("[data-sign-in] button[type=submit]")


def _sign_out(page: Page, product: Product) -> None:
    page.goto(f"{product.base}/accounts/sign-out/")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/sign-in/**")


def _expect_vault(page: Page, product: Product, state: str) -> None:
    page.goto(f"{product.base}/me/vault/")
    expect(page.locator(f"[data-state-{state}]")).to_be_visible()


def _axe(page: Page) -> None:
    """Nothing serious on this page."""
    found: dict[str, Any] = Axe().run(page).response
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
    assert not serious


def _add_authenticator(context: BrowserContext, page: Page) -> None:
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "ctap2Version": "ctap2_1",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "hasPrf": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_first_run_to_revoked_session(product: Product, chromium: Browser, wire: Wire) -> None:
    """One long day: every way in and out of the vault, and the canary at the end."""
    context = chromium.new_context()
    wire.listen(context)
    page = context.new_page()

    code = _set_up(page, product)
    assert "#" not in page.url
    _expect_vault(page, product, "open")
    _axe(page)

    # The link is used up, and nobody else becomes the first.
    page.goto(product.setup_link)
    expect(page.locator("[data-problem]")).to_be_visible()

    # Passphrase: wrong, then right; the vault opens with it.
    _sign_out(page, product)
    _sign_in(page, product, "zyxomarker but another one")
    expect(page.locator("[data-problem]")).to_contain_text("do not belong together")
    _axe(page)
    _sign_in(page, product)
    page.wait_for_url("**/w/mission-to-the-talks/")
    _expect_vault(page, product, "open")

    # Locked at will, opened by the dialog, then by the printed code.
    page.click("[data-lock]")
    expect(page.locator("[data-state-locked]")).to_be_visible()
    page.click("[data-unlock]")
    page.fill("#unlock-passphrase", "zyxomarker wrong")
    page.click("#unlock button[type=submit]")
    expect(page.locator("[data-unlock-error]")).to_be_visible()
    page.fill("#unlock-passphrase", PASSPHRASE)
    page.click("#unlock button[type=submit]")
    expect(page.locator("[data-state-open]")).to_be_visible()
    page.click("[data-lock]")
    expect(page.locator("[data-state-locked]")).to_be_visible()
    page.fill("#recovery-code", code.lower().replace("-", " "))
    page.click("[data-by-code] button[type=submit]")
    expect(page.locator("[data-state-open]")).to_be_visible()

    # A second browser, signed out from afar: the keys it kept open nothing.
    other = chromium.new_context()
    wire.listen(other)
    lost = other.new_page()
    _sign_in(lost, product)
    lost.wait_for_url("**/w/mission-to-the-talks/")
    _expect_vault(lost, product, "open")
    page.goto(f"{product.base}/me/sessions/")
    page.click("form[action$='/end/'] button >> nth=0")
    page.wait_for_url("**/me/sessions/")
    answer = lost.request.post(
        f"{product.base}/me/keys/session/",
        headers={
            "X-CSRFToken": lost.get_attribute('meta[name="csrf-token"]', "content") or "",
            "Origin": product.base,
        },
    )
    assert answer.status == 401
    lost.goto(f"{product.base}/me/vault/")
    lost.wait_for_url("**/accounts/sign-in/**")
    other.close()

    # A passkey: registered after confirming, then signs in and opens the vault in one ceremony.
    _add_authenticator(context, page)
    page.goto(f"{product.base}/accounts/passkeys/add/")
    page.fill("#passphrase", PASSPHRASE)
    page.click("[data-confirm] button[type=submit]")
    page.wait_for_url("**/passkeys/add/")
    page.click("[data-add-passkey] button[type=submit]")
    page.wait_for_url("**/accounts/backup-codes/")
    backup = page.inner_text("pre").split()
    assert len(backup) == 10
    page.goto(f"{product.base}/me/security/")
    expect(page.locator(".state-good", has_text="Opens the vault")).to_be_visible()
    _axe(page)
    _sign_out(page, product)
    page.click("[data-passkey]")
    page.wait_for_url("**/w/mission-to-the-talks/")
    _expect_vault(page, product, "open")

    # The passphrase alone no longer signs in; with a backup code it does, and the vault opens too.
    _sign_out(page, product)
    _sign_in(page, product)
    expect(page.locator("[data-second-step]")).to_be_visible()
    page.fill("#code", backup[0])
    page.click("[data-code-form] button[type=submit]")
    page.wait_for_url("**/w/mission-to-the-talks/")
    _expect_vault(page, product, "open")

    # Another passphrase for both at once.
    page.goto(f"{product.base}/me/passphrase/")
    page.fill("#passphrase", PASSPHRASE)
    _fill_new_passphrase(page, CHANGED)
    page.click("[data-passphrase] button[type=submit]")
    page.wait_for_url("**/me/security/")
    page.goto(f"{product.base}/me/vault/")
    page.click("[data-lock]")
    expect(page.locator("[data-state-locked]")).to_be_visible()
    page.click("[data-unlock]")
    page.fill("#unlock-passphrase", CHANGED)
    page.click("#unlock button[type=submit]")
    expect(page.locator("[data-state-open]")).to_be_visible()

    # Somebody joins by invitation, and each can read the other's public identity.
    link = _invite(page, product)
    guest = chromium.new_context(locale="ar")
    wire.listen(guest)
    second = guest.new_page()
    _join(second, link)
    people = second.request.get(f"{product.base}/w/mission-to-the-talks/identities/").body()
    assert b"Freya Founder" in people
    assert b"Noor" in people
    # The link is used up.
    third = chromium.new_context().new_page()
    third.goto(link)
    expect(third.locator("[data-problem]")).to_be_visible()

    leaks = [sent[:200] for sent in wire.sent if "zyxomarker" in sent or code in sent]
    assert not leaks
    assert len(wire.sent) > 100, "the canary listened"
    assert not wire.errors


def _invite(page: Page, product: Product) -> str:
    page.goto(f"{product.base}/w/mission-to-the-talks/settings/members/")
    _axe(page)
    page.click("text=Invite somebody")
    page.fill("#id_email", "noor@example.org")
    page.check("input[value=editor]")
    page.click("main button[type=submit]")
    return page.input_value("#link")


def _join(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.fill("#name", "Noor")
    page.fill("#new-passphrase", SECOND)
    page.fill("#repeat-passphrase", SECOND)
    page.click("[data-new-account] button[type=submit]")
    expect(page.locator("[data-recovery-code]")).to_be_visible(timeout=30_000)
    _keep_recovery_code(page)
    page.wait_for_url("**/w/mission-to-the-talks/")
