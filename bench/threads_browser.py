"""Conversations in Chromium: the second half of `make bench-threads`, alone by `make bench-threads_browser`.

Starts a whole system in a temporary folder. By the modules of the conversation's page, built as pages are and
called in a real Chromium, it measures, each beside the browser's bare primitives for the same work in the same run:

- a new epoch for 50 members (<= 100 ms, <= 75 KB): beside the 50 encapsulations and the signatures alone;
- 10,000 messages of 200 letters opened and verified in a worker (<= 1.5 s), and on a page: beside their
  signatures verified and their boxes decrypted, and nothing else.

And on the real pages, with a browser that has nothing but its session:

- from the passphrase to the open vault (<= 600 ms): beside Argon2id alone;
- from there until the newest messages are on the screen, and until the reader has scrolled up through the last
  1,000 of them (<= 5 s): beside the same pages of the conversation over HTTP, unopened;
- what the page has loaded of JavaScript by then, gzipped (<= 300 KB).

Numbers are of one machine at one moment: quote the ratios. MESSAGES (10000), SHOWN (1000) and ROUNDS (5) are
the sizes.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
MESSAGES = int(os.environ.get("MESSAGES", "10000"))
SHOWN = int(os.environ.get("SHOWN", "1000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
BATCH = 500

MOST_EPOCH_MS, MOST_EPOCH_BYTES = 100, 75_000
MOST_READ_MS = 1_500 * MESSAGES / 10_000
MOST_UNLOCK_MS = 600
MOST_SHOWN_MS = 5_000
MOST_SCRIPT_BYTES = 300_000

WATCH = """
(() => {
  const found = (window.figures = {});
  addEventListener("submit", ({ target }) => {
    if (target.closest("#unlock")) found.asked = performance.now();
  }, true);
  const look = () => {
    const open = document.querySelector("#unlock")?.open;
    if (found.asked && !open) found.unlocked ??= performance.now();
    if (document.querySelector("[data-seq] .said-text")) found.newest ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""
SCROLL_UP = """
(first) => new Promise((resolve, reject) => {
  const scroll = document.querySelector("[data-scroll]");
  const end = performance.now() + 60000;
  const step = () => {
    const top = document.querySelector("[data-seq]");
    if (top && Number(top.dataset.seq) <= first && top.querySelector(".said-text")) {
      resolve(performance.now());
      return;
    }
    if (performance.now() > end) {
      reject(new Error(`stands at ${top?.dataset.seq} of ${first}`));
      return;
    }
    scroll.scrollTop = 0;
    requestAnimationFrame(step);
  };
  step();
})
"""
IN_WORKER = """
([checkpoint, count, rounds]) => new Promise((resolve, reject) => {
  const worker = new Worker("/figures/figures.worker.js", { type: "module" });
  worker.onmessage = ({ data }) => data.read ? resolve(data.read) : reject(new Error(data.failed));
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage({ checkpoint, count, rounds });
})
"""


@dataclass(frozen=True)
class Modules:
    """What the modules took by themselves, in milliseconds, and their bare peers."""

    epoch: dict[str, float]
    on_page: dict[str, float]
    in_worker: dict[str, float]
    argon2_ms: float


@dataclass(frozen=True)
class OnPages:
    """What a person waits for, in milliseconds, and what was loaded."""

    unlock_ms: float
    newest_ms: float
    shown_ms: float
    fetched_ms: float
    scripts: dict[str, int]


def main() -> int:
    """Measure everything and print it; 1 when a figure misses what the design asks for."""
    sys.path.insert(0, str(ROOT))
    from bench.whole_system import make_two, whole_system
    from tests.chromium import FLAGS, WHOLE

    # Envelopes are put into the running system's database from here.
    with whole_system() as (deployment, folder):
        build(folder / "figures")
        make_two(deployment)
        address = fill(deployment.url, folder / "terminal")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=WHOLE, args=FLAGS)
            pages = open_as_new(chromium, deployment.url, address)
            modules = call_modules(chromium, deployment.url, folder / "figures")
            chromium.close()
    return report(modules, pages)


def build(out: Path) -> None:
    """The modules as pages are built, with what calls them."""
    config = FRONTEND / "test" / "figures" / "vite.config.ts"
    vite = FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"
    subprocess.run(
        ["node", vite, "build", "--config", config, "--outDir", out, "--logLevel", "error"],
        check=True,
        cwd=FRONTEND,
    )


def call_modules(chromium: Browser, origin: str, built: Path) -> Modules:
    """Each figure of the modules, on an empty page of the deployment's."""
    from tests.wire.conftest import CHECKPOINT

    page = chromium.new_context(base_url=origin).new_page()
    page.route(
        "**/figures/*",
        lambda route: route.fulfill(path=built / urlsplit(route.request.url).path.split("/")[-1]),
    )
    # A page without Trusted Types, so that this script may start the worker by itself.
    page.goto("/healthz")

    def call(name: str, *given: object) -> Any:
        script = f"async (given) => (await import('/figures/figures.js')).{name}(...given)"
        return page.evaluate(script, list(given))

    checkpoint = CHECKPOINT.hex()
    return Modules(
        epoch=call("makeEpochs", checkpoint, ROUNDS),
        on_page=call("readMessages", checkpoint, MESSAGES, ROUNDS),
        in_worker=page.evaluate(IN_WORKER, [checkpoint, MESSAGES, ROUNDS]),
        argon2_ms=call("deriveKeys", ROUNDS)["millis"],
    )


def fill(origin: str, home: Path) -> str:
    """A conversation of two with more messages than are looked at, begun by comms-cli; its address."""
    from comms.accounts import selectors as accounts
    from comms.accounts.models import User, Workspace
    from comms.client.app import App
    from comms.client.store import Home
    from comms.threads import services
    from comms.wire.bodies import TextBody
    from comms.wire.envelopes import Class, Header, make_envelope
    from tests.accounts.browser import PASSPHRASE
    from tests.client.shell import done
    from tests.journeys.files_cast import SLUG

    email = "carla@papers.example"
    done(home, "sign-in", origin, email, "--stdin", text=f"{PASSPHRASE}\n")
    thread = UUID(done(home, "new", "Figures", "--with", "Rashid")[0]["id"])
    app = App(Home(home))
    conversation = app.conversation(str(thread))
    epoch, client, head = conversation.epochs.newest, os.urandom(16), conversation.head
    if epoch.key is None:
        raise SystemExit("comms-cli has no key of its own conversation")
    written = int(time.time() * 1000)
    raws = [
        make_envelope(
            Header(
                thread=thread,
                epoch=epoch.record.hash,
                sender=app.keys.user,
                client=client,
                counter=number + 1,
                written_at=written + number,
                seen=head,
                klass=Class.STORED,
            ),
            TextBody(f"{number} " + "words of a long talk " * 9),
            key=epoch.key,
            seeds=app.keys.seeds,
        )
        for number in range(SHOWN + 200)
    ]
    app.close()
    person = User.objects.get(email=email)
    workspace = Workspace.objects.get(slug=SLUG)
    actor = accounts.get_actor_by_ids(user_id=person.id, workspace_id=workspace.id).actor
    for first in range(0, len(raws), BATCH):
        services.post_envelopes(
            workspace_id=workspace.id,
            thread_id=thread,
            postings=[services.Posting(actor, raw) for raw in raws[first : first + BATCH]],
        )
    return f"/w/{SLUG}/threads/{thread}/"


def open_as_new(chromium: Browser, origin: str, address: str) -> OnPages:
    """The conversation in browsers that have a session and nothing else, the middle of some rounds."""
    from tests.accounts.browser import PASSPHRASE

    first = chromium.new_context(base_url=origin)
    page = first.new_page()
    page.goto(f"/accounts/sign-in/?next={address}")
    page.locator("#id_login").fill("rashid@papers.example")
    page.locator("#passphrase").fill(PASSPHRASE)
    page.locator("form[data-sign-in] button[type=submit]").click()
    expect(page.locator("[data-composer]")).to_be_visible(timeout=60_000)
    cookies = first.cookies()
    first.close()
    taken: list[dict[str, float]] = []
    scripts: dict[str, int] = {}
    for _round in range(ROUNDS):
        context = chromium.new_context(base_url=origin)
        context.add_cookies([{**one} for one in cookies])  # type: ignore[typeddict-item]  # what it told
        page = context.new_page()
        page.add_init_script(WATCH)
        scripts = gather_scripts(page)
        taken.append(unlock_and_scroll(page, address, PASSPHRASE))
        context.close()
    fetched = [fetch(origin, address, cookies) for _round in range(ROUNDS)]

    def middle(name: str) -> float:
        return statistics.median(one[name] for one in taken)

    return OnPages(
        middle("unlock"), middle("newest"), middle("shown"), statistics.median(fetched), scripts
    )


def unlock_and_scroll(page: Page, address: str, passphrase: str) -> dict[str, float]:
    """Milliseconds of one visit: to unlock, and from then to the newest message and to the last of SHOWN."""
    page.goto(address)
    expect(page.locator("#unlock")).to_be_visible(timeout=60_000)
    page.locator("#unlock-passphrase").fill(passphrase)
    page.locator("#unlock-passphrase").press("Enter")
    expect(page.locator("[data-seq] .said-text").last).to_be_visible(timeout=60_000)
    newest_seq = int(page.locator("[data-seq]").last.get_attribute("data-seq") or 0)
    shown = page.evaluate(SCROLL_UP, newest_seq - SHOWN + 1)
    found = page.evaluate("window.figures")
    return {
        "unlock": found["unlocked"] - found["asked"],
        "newest": found["newest"] - found["unlocked"],
        "shown": shown - found["unlocked"],
    }


def gather_scripts(page: Page) -> dict[str, int]:
    """Fills itself with each script that the page asks for, workers' too: its size as it was built, gzipped."""
    found: dict[str, int] = {}

    def note(url: str) -> None:
        name = urlsplit(url).path.rpartition("/")[2]
        if name.endswith(".js"):
            found[name] = (FRONTEND / "dist/assets" / f"{name}.gz").stat().st_size

    page.context.on("request", lambda request: note(request.url))
    return found


def fetch(origin: str, address: str, cookies: list[Any]) -> float:
    """Milliseconds for the same pages of the conversation over HTTP, one after the other, unopened."""
    from comms.client.http import Connection
    from comms.client.remote import Remote

    _, _, workspace, _, thread, _ = address.split("/")
    jar = {cookie["name"]: cookie["value"] for cookie in cookies}
    connection = Connection(origin, jar, jar["csrftoken"])
    remote = Remote(connection, workspace)
    start = time.perf_counter()
    for _page in pages_of(remote, UUID(thread)):
        pass
    took = (time.perf_counter() - start) * 1000
    connection.close()
    return took


def pages_of(remote: Any, thread: UUID) -> Iterator[Any]:
    """From the newest page back until SHOWN messages are there."""
    page = remote.page(thread)
    count = len(page.items)
    yield page
    while count < SHOWN:
        page = remote.page(thread, before=page.start.seq + 1)
        count += len(page.items)
        yield page


def report(modules: Modules, pages: OnPages) -> int:
    """Print the figures; 1 when one misses."""
    wrong = []

    def line(what: str, value: str, beside: str, is_fine: bool = True) -> None:
        print(f"  {what:<58} {value:>12}   {beside}{'' if is_fine else '   MISSES'}")
        if not is_fine:
            wrong.append(what)

    print("Conversations in Chromium, everything on this machine")
    epoch = modules.epoch
    line(
        "new epoch for 50 members",
        f"{epoch['millis']:.0f} ms",
        f"goal {MOST_EPOCH_MS}; bare: {epoch['bareMillis']:.1f} ms, ratio {epoch['millis'] / epoch['bareMillis']:.1f}",
        epoch["millis"] <= MOST_EPOCH_MS,
    )
    line(
        "what it uploads",
        f"{epoch['bytes'] / 1000:.1f} KB",
        f"goal {MOST_EPOCH_BYTES / 1000:.0f}",
        epoch["bytes"] <= MOST_EPOCH_BYTES,
    )
    for where, read, is_goal in (
        ("in a worker", modules.in_worker, True),
        ("on a page", modules.on_page, False),
    ):
        line(
            f"{MESSAGES:,} messages opened and verified {where}",
            f"{read['millis']:,.0f} ms",
            (f"goal {MOST_READ_MS:,.0f}; " if is_goal else "")
            + f"bare: {read['bareMillis']:,.0f} ms, ratio {read['millis'] / read['bareMillis']:.1f}",
            not is_goal or read["millis"] <= MOST_READ_MS,
        )
    line(
        "passphrase until the vault is open, on the page",
        f"{pages.unlock_ms:.0f} ms",
        f"goal {MOST_UNLOCK_MS}; Argon2id alone: {modules.argon2_ms:.0f} ms, "
        f"ratio {pages.unlock_ms / modules.argon2_ms:.2f}",
        pages.unlock_ms <= MOST_UNLOCK_MS,
    )
    line("open vault until the newest messages are shown", f"{pages.newest_ms:.0f} ms", "no goal")
    line(
        f"open vault until the last {SHOWN:,} were shown",
        f"{pages.shown_ms:,.0f} ms",
        f"goal {MOST_SHOWN_MS:,}; the same pages over HTTP, unopened: {pages.fetched_ms:.0f} ms, "
        f"ratio {pages.shown_ms / pages.fetched_ms:.1f}",
        pages.shown_ms <= MOST_SHOWN_MS,
    )
    weight = sum(pages.scripts.values())
    line(
        f"JavaScript of the conversation's page, {len(pages.scripts)} files",
        f"{weight / 1000:.0f} KB",
        f"goal {MOST_SCRIPT_BYTES / 1000:.0f}, gzipped",
        weight <= MOST_SCRIPT_BYTES,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
