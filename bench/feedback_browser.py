"""Sealed answers in Chromium: the second half of `make bench-feedback`, alone by `make bench-feedback_browser`.

Starts a whole system in a temporary folder with 5,000 submissions, each sealed and signed, and opens the analysis of
their form as one of its readers does, in a real Chromium with nothing but a session:

- from the click on "Open and count them" until all are fetched, verified, opened and drawn (<= 10 s). Beside it,
  in the same browser: the bare primitives for as many (a signature, a decapsulation and a box each), on one thread; and
  the same submissions fetched over HTTP, unopened;
- from there until a filter has drawn everything anew, sealed questions included.

Numbers are of one machine at one moment: quote the ratios. SEALED (5000) and ROUNDS (3) are the sizes.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SEALED = int(os.environ.get("SEALED", "5000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
MOST_MS = 10_000 * SEALED / 5_000
CBOR = "application/cbor"
# The moment at which the chart of a sealed question speaks of so many people.
DRAWN = """
(count) => new Promise((resolve, reject) => {
  const end = performance.now() + 120000;
  const look = () => {
    const card = document.querySelector('[data-question="safe"]');
    const digits = (/n = ([\\d,.\\s]+)/.exec(card?.textContent ?? "")?.[1] ?? "").replace(/\\D/g, "");
    if (digits === String(count)) resolve(performance.now() - window.clicked);
    else if (performance.now() > end) reject(new Error(`the chart says ${digits}`));
    else requestAnimationFrame(look);
  };
  look();
})
"""
CLICKED = """
addEventListener("click", ({ target }) => {
  if (target.closest("[data-open]")) window.clicked = performance.now();
}, true);
addEventListener("submit", ({ target }) => {
  if (target.closest("[data-filters]")) window.clicked = performance.now();
}, true);
"""


@dataclass(frozen=True)
class Figures:
    """Milliseconds, the middle of some rounds."""

    opened: float
    filtered: float
    bare: float
    fetched: float


def main() -> int:
    """Measure everything and print it; 1 when a figure misses what the design asks for."""
    sys.path.insert(0, str(ROOT))
    from bench.feedback import load, publish, seal
    from bench.threads_browser import build
    from bench.whole_system import whole_system
    from tests.chromium import FLAGS, WHOLE

    os.environ.setdefault("FEEDBACK_RATE_FACTOR", "100000")
    with whole_system() as (deployment, folder):
        build(folder / "figures")
        deployment.run_inside("from tests.journeys.analysing_cast import make; make()")
        form = publish(deployment.url, folder)
        bodies = seal(deployment.url, form.address, SEALED)
        sent = load(deployment.url, f"/f/{form.address}/", CBOR, bodies, folder)
        if sent["sent"] != {"201": SEALED}:
            raise SystemExit(f"not all were taken: {sent['sent']}")
        address = f"/w/figures/feedback/forms/{form.id}/analysis/"
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=WHOLE, args=FLAGS)
            figures = measure(chromium, deployment.url, address, folder / "figures")
            chromium.close()
    return report(figures)


def measure(chromium: Browser, origin: str, address: str, built: Path) -> Figures:
    """Each round in a browser of its own."""
    rounds = []
    cookies: list[Any] = []
    for _round in range(ROUNDS):
        context = chromium.new_context(base_url=origin)
        context.add_init_script(CLICKED)
        page = arrive(context.new_page(), address)
        page.locator("[data-open]").click()
        opened = page.evaluate(DRAWN, SEALED)
        page.locator("#where-1").select_option("road:south")
        page.locator("[data-filters] button[type=submit]").click()
        expect(page.locator("[data-shown]")).not_to_have_text(f"{SEALED:,}", timeout=60_000)
        filtered = page.evaluate("performance.now() - window.clicked")
        rounds.append((opened, filtered, bare(context.new_page(), built)))
        cookies = context.cookies()
        context.close()
    fetched = [fetch(origin, address, cookies) for _round in range(ROUNDS)]
    opened, filtered, least = (statistics.median(each) for each in zip(*rounds, strict=True))
    return Figures(opened, filtered, least, statistics.median(fetched))


def arrive(page: Page, address: str) -> Page:
    """Frida signs in, which opens her vault, and is at the analysis."""
    from tests.accounts.browser import PASSPHRASE

    page.goto(f"/accounts/sign-in/?next={address}")
    page.locator("#id_login").fill("frida@figures.example")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    page.wait_for_url(lambda url: urlsplit(url).path == address)
    expect(page.locator("[data-open]")).to_be_enabled(timeout=60_000)
    return page


def bare(page: Page, built: Path) -> float:
    """The primitives alone, on an empty page of the deployment's."""
    page.route(
        "**/figures/*",
        lambda route: route.fulfill(path=built / urlsplit(route.request.url).path.split("/")[-1]),
    )
    page.goto("/healthz")
    script = "async (count) => (await import('/figures/figures.js')).openBare(count)"
    return float(page.evaluate(script, SEALED)["millis"])


def fetch(origin: str, address: str, cookies: list[Any]) -> float:
    """Milliseconds for the same submissions over HTTP, page after page, unopened."""
    from comms.client.feedback_remote import FeedbackRemote
    from comms.client.http import Connection

    parts = address.split("/")
    jar = {cookie["name"]: cookie["value"] for cookie in cookies}
    connection = Connection(origin, jar, jar["csrftoken"])
    start = time.perf_counter()
    found = sum(map(len, FeedbackRemote(connection, parts[2]).submissions(UUID(parts[5]))))
    took = (time.perf_counter() - start) * 1000
    connection.close()
    if found != SEALED:
        raise SystemExit(f"{found} of {SEALED} are listed")
    return took


def report(figures: Figures) -> int:
    """Print the figures; 1 when one misses."""
    is_fine = figures.opened <= MOST_MS
    print("Sealed answers in Chromium, everything on this machine")
    print(
        f"  {f'{SEALED:,} sealed submissions fetched, verified, opened and drawn':<66} {figures.opened:>8,.0f} ms   "
        f"goal {MOST_MS:,.0f}; bare primitives: {figures.bare:,.0f} ms, ratio {figures.opened / figures.bare:.2f}; "
        f"fetched over HTTP, unopened: {figures.fetched:,.0f} ms, ratio {figures.opened / figures.fetched:.1f}"
        f"{'' if is_fine else '   MISSES'}"
    )
    print(f"  {'a filter over them, all drawn anew':<66} {figures.filtered:>8,.0f} ms   no goal")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
