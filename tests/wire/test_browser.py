"""The browser's side in a real Chromium: with its own primitives, and with the fallback.

The page reads every vector and makes new objects, which Python reads in turn.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, sync_playwright

from comms.wire import epochs, identity, vault
from comms.wire.bodies import TextBody
from comms.wire.envelopes import open_envelope, read_envelope, verify_envelope
from comms.wire.epoch_rules import check_first
from comms.wire.keys import IdentitySeeds
from tests.chromium import FLAGS, LIGHT
from tests.wire.vectors import load

pytestmark = pytest.mark.browser

FRONTEND = Path(__file__).parents[2] / "frontend"
CONFIG = FRONTEND / "test" / "crypto" / "browser" / "vite.config.ts"
h = bytes.fromhex


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the default writes every request to the terminal."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    out = tmp_path_factory.mktemp("selftest")
    vite = FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"
    subprocess.run(
        ["node", vite, "build", "--config", CONFIG, "--outDir", out, "--logLevel", "error"],
        check=True,
        cwd=FRONTEND,
    )
    (out / "index.html").write_text("<!doctype html><title>self-test</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=LIGHT, args=FLAGS)
        page = browser.new_page()
        # WebCrypto is there on localhost and over TLS only.
        page.goto(f"http://localhost:{server.server_address[1]}/index.html")
        yield page
        browser.close()
    server.shutdown()


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    names = ("keys", "published", "identity", "thread", "vault", "derive")
    return {name: load(name) for name in names}


@pytest.mark.parametrize("using", ["native", "fallback"])
def test_chromium_and_python_read_each_other(
    page: Page, vectors: dict[str, Any], using: str
) -> None:
    made = page.evaluate(
        "async ([vectors, using]) => (await import('/selftest.js')).run(vectors, using)",
        [vectors, using],
    )
    assert made["using"] == using
    assert made["read"] >= 20
    row = vectors["keys"][0]
    anna = IdentitySeeds(h(row["ed25519_seed"]), h(row["mldsa_seed"]), h(row["xwing_seed"]))
    user = UUID(row["user"])

    entry = identity.read_entry(h(made["entry"]))
    identity.check_follows(entry, None)
    assert (entry.user, entry.keys) == (user, anna.public)

    contents = vault.open_vault(vault.read_vault(h(made["vault"])), h(made["vaultKey"]))
    assert contents.seeds == anna

    upload = epochs.read_upload(h(made["upload"]))
    record = upload.record
    epochs.verify_record(record, anna.public)
    check_first(record.tbs)
    at = [one.member for one in record.tbs.roster].index(user)
    key = epochs.open_epoch_key(record, user, anna.xwing, upload.wraps[at])
    assert key.hex() == made["epochKey"]
    assert epochs.open_about(record, key).title == "Fifty"
    assert len(h(made["upload"])) <= 75_000

    envelope = read_envelope(h(made["envelope"]))
    verify_envelope(envelope, anna.public)
    assert open_envelope(envelope, key) == TextBody("from the browser · سلام")
    if using == "native":
        print(f"an epoch of 50 members: {made['millisForFifty']:.0f} ms")
