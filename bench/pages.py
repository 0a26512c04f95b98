"""Every page on the demonstration's data: queries, time, weight: `make bench-pages`.

Starts a whole system with DEMO=1 in a temporary folder, signs in over HTTP as each of the demo people, and
measures every page:

- queries (≤ 20);
- server time, p50 and p95: from the request reaching Django to the whole answer (≤ 60 ms p95);
- time over HTTP through the running web process, p50;
- the first load, each file gzipped (≤ 200 kB, fonts aside);
- the ratio of its server time to that of a bare view that shows the empty shell, asked in turn with it.

Numbers are of one machine at one moment: quote the ratios. VISITS (40) is how often each page is asked; every
fourth time also over HTTP.
"""

from __future__ import annotations

import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from bench.product_pages import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
VISITS = int(os.environ.get("VISITS", "40"))
MOST_MILLISECONDS = 60.0
STARTING = 240.0


@dataclass(frozen=True)
class Figures:
    """What one page costs; times in milliseconds."""

    name: str
    queries: int
    middle: float
    slow: float
    http: float
    ratio: float
    weight: int


def main() -> int:
    """Measure everything and print it; 1 when a page misses what we promise."""
    with tempfile.TemporaryDirectory(prefix="entente-bench-") as folder:
        # The embedded services run as another user when we are root, and must get in.
        Path(folder).chmod(0o755)
        sys.path.insert(0, str(ROOT))
        from tests.stack.deployment import free_port

        os.environ |= {
            "VAR": folder,
            "PORT": str(free_port()),
            "HOST": "localhost",
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "bench.pages_settings",
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
        }
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, stdout=output, stderr=output
            )
        try:
            _wait(process, log)
            return report(measure())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    address = f"http://localhost:{os.environ['PORT']}"
    until = time.monotonic() + STARTING
    # The address is printed once everything answers.
    while not log.read_text().rstrip().endswith(address):
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(log.read_text())
        time.sleep(0.2)


def measure() -> list[Figures]:
    """The figures of every page, the slowest first."""
    import django

    django.setup()
    from django.conf import settings

    from bench.product_pages import Browser, Page, find_pages
    from comms.accounts.demo import PEOPLE, SLUG
    from comms.accounts.models import User, Workspace
    from comms.core.warming import warm_up

    warm_up()  # as a web process does before it serves
    browser = Browser()
    for person in PEOPLE:
        user = User.objects.get(email=person.email)
        browser.adopt(user, sign_in(settings.PUBLIC_URL, person.email, person.passphrase))
    demo = Workspace.objects.get(slug=SLUG)
    bare = Page("bare", "/bare/", User.objects.get(email=PEOPLE[0].email))
    pages = list(find_pages(demo, browser))
    with httpx.Client(base_url=settings.PUBLIC_URL, timeout=60) as web:
        found = [_measure(page, bare, browser, web) for page in pages]
    return sorted(found, key=lambda one: -one.slow)


def _measure(page: Page, bare: Page, browser: Browser, web: httpx.Client) -> Figures:
    from django.conf import settings

    from bench.product_pages import first_load

    for _warm in range(2):
        answer = browser.visit(page)
        browser.visit(bare)
    _forgive(page)
    ours, peers, over_http = [], [], []
    client, other = browser.client(page.reader), browser.client(bare.reader)
    name = settings.SESSION_COOKIE_NAME
    cookies = {name: client.cookies[name].value} if name in client.cookies else {}
    headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())}
    for visit in range(VISITS):
        ours.append(_timed(lambda: client.get(page.address)))
        peers.append(_timed(lambda: other.get(bare.address)))
        if visit % 4 == 0:
            over_http.append(_timed(lambda: web.get(page.address, headers=headers)))
    return Figures(
        name=page.name,
        queries=answer.queries,
        middle=statistics.median(ours),
        slow=sorted(ours)[math.ceil(0.95 * len(ours)) - 1],
        http=statistics.median(over_http),
        ratio=statistics.median(ours) / statistics.median(peers),
        weight=first_load(answer.content) if answer.is_html else 0,
    )


def _forgive(page: Page) -> None:
    """Forget how often the page's reader called the API: a person doesn't open every page in a minute."""
    from django.core.cache import cache

    if page.reader is not None:
        cache.delete(f"api-person-{page.reader.pk}")


def _timed(call: object) -> float:
    started = time.perf_counter()
    response = call()  # type: ignore[operator]  # a function without arguments
    if response.status_code != 200:
        # A refusal is quick: it must not pass for the page.
        raise SystemExit(f"{response.status_code} instead of the page: {response.content[:300]!r}")
    if getattr(response, "streaming", False):
        b"".join(response)
    return (time.perf_counter() - started) * 1000


def sign_in(site: str, email: str, passphrase: str) -> str:
    """Sign in as a browser does, by the secret derived from the passphrase; the session's key."""
    from django.conf import settings

    from comms.wire.argon import Argon2, passphrase_keys
    from comms.wire.cbor import decode, encode

    with httpx.Client(base_url=site, timeout=60) as web:
        page = web.get("/accounts/sign-in/")
        headers = {
            "X-CSRFToken": page.headers["X-CSRFToken"],
            "Content-Type": "application/cbor",
            "Origin": site,
        }
        salt = web.post("/accounts/salt/", content=encode([email]), headers=headers)
        keys = passphrase_keys(passphrase, Argon2.read(decode(salt.content, limit=64)))
        answer = web.post(
            "/accounts/sign-in/",
            data={"login": email, "password": keys.sign_in_secret},
            headers={
                "X-CSRFToken": salt.headers["X-CSRFToken"],
                "Accept": "application/json",
                "Origin": site,
            },
        )
        if answer.status_code != 200:
            raise SystemExit(f"{email} could not sign in: {answer.status_code} {answer.text[:200]}")
        return web.cookies[settings.SESSION_COOKIE_NAME]


def report(figures: list[Figures]) -> int:
    """One line a page, and what misses its bound."""
    from bench.product_pages import MOST_BYTES, MOST_QUERIES

    print(f"{'page':<34}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'HTTP':>8}{'× bare':>8}{'kB':>8}")
    missed = []
    for one in figures:
        print(
            f"{one.name:<34}{one.queries:>8}{one.middle:>9.1f}{one.slow:>9.1f}{one.http:>8.1f}"
            f"{one.ratio:>8.2f}{one.weight / 1000:>8.1f}"
        )
        if one.queries > MOST_QUERIES:
            missed.append(f"{one.name}: {one.queries} queries, at most {MOST_QUERIES}")
        if one.slow > MOST_MILLISECONDS:
            missed.append(f"{one.name}: {one.slow:.0f} ms p95, at most {MOST_MILLISECONDS:.0f}")
        if one.weight > MOST_BYTES:
            missed.append(f"{one.name}: {one.weight} bytes, at most {MOST_BYTES}")
    ratios = [one.ratio for one in figures]
    print(
        f"\n{len(figures)} pages; times a bare view: median {statistics.median(ratios):.2f}, ",
        end="",
    )
    print(f"most {max(ratios):.2f}; slowest p95 {figures[0].slow:.1f} ms")
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
