"""Files between two browsers: sealed, cut off in the middle and resumed, compared, and lied about."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys.browsing import People, check_page
from tests.journeys.files_cast import SLUG, WORKSPACE
from tests.journeys.talking import WAIT, arrive, begin
from tests.stack.canary import Wire, files_and_output, kinds_with
from tests.stack.deployment import Deployment

MARKER = "qaxofilecanary"
THREADS = f"/w/{SLUG}/threads/"
CHUNK = 1024 * 1024
PAPER = (f"{MARKER} paragraph by paragraph. ".encode() * 200_000)[: 5 * CHUNK + 4321]
CUT_AFTER = 2
LEFT = 6 - CUT_AFTER


def photo() -> bytes:
    """A small picture that says where it was taken."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    width, height = 160, 90
    rows = b"".join(
        b"\0" + b"".join(bytes((x, 2 * y, 255 - x)) for x in range(width)) for y in range(height)
    )
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            chunk(b"tEXt", b"Place\0" + MARKER.encode()),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


@pytest.fixture(scope="module")
def exchange(system: Deployment) -> Deployment:
    """The running system with this journey's people."""
    system.run_inside("from tests.journeys.files_cast import make; make()")
    return system


def sign_in(context: BrowserContext, name: str) -> Page:
    return arrive(context.new_page(), THREADS, f"{name}@papers.example")


def attach(page: Page, *files: Path) -> None:
    page.locator("[data-attach-input]").set_input_files(list(files))


def is_phase(page: Page, phase: str, count: int = 1) -> None:
    expect(page.locator(f'.attached-file[data-phase="{phase}"]')).to_have_count(count, timeout=WAIT)


class Cutter:
    """Lets some chunks through, then the line is dead until it is mended."""

    def __init__(self, page: Page) -> None:
        self.sent: list[int] = []
        self.left = 10**6
        page.route(re.compile(r"/blobs/[0-9a-f-]{36}/\d+$"), self._chunk)

    def _chunk(self, route: Route) -> None:
        if route.request.method == "PUT":
            if self.left == 0:
                route.abort("connectionfailed")
                return
            self.left -= 1
            self.sent.append(int(route.request.url.rsplit("/", 1)[1]))
        route.continue_()


def test_an_image_and_a_large_file_reach_the_other_whole(
    people: People, exchange: Deployment, tmp_path: Path
) -> None:
    wire = Wire()
    picture, paper = tmp_path / f"{MARKER}.png", tmp_path / f"{MARKER} \u202eoidua.pdf"
    picture.write_bytes(photo())
    paper.write_bytes(PAPER)

    context = people.browser_of()
    wire.listen(context)
    carla = sign_in(context, "carla")
    address = begin(carla, "Papers", "Rashid Reader")

    # A picture, cleaned without being asked to, with words.
    attach(carla, picture)
    expect(carla.get_by_label("Remove photo details")).to_be_checked()
    is_phase(carla, "done")
    check_page(carla)
    carla.locator("#composer-text").fill("as agreed")
    carla.locator("#composer-text").press("Enter")
    card = carla.locator("[data-seq] .file-card")
    expect(card).to_have_count(1, timeout=WAIT)
    expect(carla.locator("[data-seq]").first).to_contain_text("as agreed")
    expect(carla.locator("[data-attached]")).to_be_hidden()

    # A large one: the line goes dead in the middle, and the words wait for the file.
    cutter = Cutter(carla)
    cutter.left = CUT_AFTER
    attach(carla, paper)
    is_phase(carla, "waiting")
    expect(carla.locator(".attached-file")).to_contain_text("No connection")
    carla.locator("#composer-text").fill("the whole text")
    carla.locator("#composer-text").press("Enter")
    expect(carla.locator("[data-attached-state]")).to_contain_text("as soon as the files")
    expect(carla.locator("#composer-text")).to_have_value("the whole text")
    check_page(carla)

    # Even a closed page only means to attach the file again: what is there is not sent twice.
    assert len(cutter.sent) == CUT_AFTER
    carla.goto(address)
    expect(carla.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    cutter.left = 1
    attach(carla, paper)
    is_phase(carla, "waiting")
    cutter.left = 10**6
    carla.evaluate("window.dispatchEvent(new Event('online'))")
    is_phase(carla, "done")
    assert sorted(cutter.sent) == [0, 1, 2, 3, 4, 5]
    carla.locator("#composer-text").fill("the whole text")
    carla.locator("#composer-text").press("Enter")
    expect(card).to_have_count(2, timeout=WAIT)
    expect(card.nth(1).locator(".file-name")).to_have_text(f"{MARKER} oidua.pdf")

    # The other one, in Arabic: looks, compares, and is told of a lie.
    rashid = sign_in(people.browser_of(locale="ar"), "rashid")
    rashid.goto(address)
    cards = rashid.locator("[data-seq] .file-card")
    expect(cards).to_have_count(2, timeout=WAIT)
    check_page(rashid)
    rashid.locator(".file-open").click()
    large = rashid.locator(".file-viewer img")
    expect(large).to_be_visible(timeout=WAIT)
    assert large.evaluate("async image => (await image.decode(), image.naturalWidth)") == 160
    check_page(rashid)
    rashid.keyboard.press("Escape")
    expect(rashid.locator(".file-viewer")).to_have_count(0)

    with rashid.expect_download() as cleaned:
        cards.nth(0).locator(".file-acts button").first.click()
    plain = Path(cleaned.value.path()).read_bytes()
    assert MARKER.encode() not in plain
    assert plain == b"".join(
        re.split(rb"....tEXt.{%d}" % (len(MARKER) + 6 + 4), photo(), flags=re.S)
    )

    with rashid.expect_download() as whole:
        cards.nth(1).locator(".file-acts button").first.click()
    assert whole.value.suggested_filename == f"{MARKER} oidua.pdf"
    received = Path(whole.value.path()).read_bytes()
    assert hashlib.sha256(received).digest() == hashlib.sha256(PAPER).digest()

    fresh = people.browser_of(locale="ar")
    cheated = sign_in(fresh, "rashid")

    def lie(route: Route) -> None:
        answer = route.fetch()
        body = bytearray(answer.body())
        body[1000] ^= 1
        route.fulfill(response=answer, body=bytes(body))

    cheated.route(re.compile(r"/blobs/[0-9a-f-]{36}/3$"), lie)
    cheated.goto(address)
    downloads: list[object] = []
    cheated.on("download", lambda one: downloads.append(one))
    broken = cheated.locator("[data-seq] .file-card").nth(1)
    broken.locator(".file-acts button").first.click(timeout=WAIT)
    expect(broken).to_have_class(re.compile("is-damaged"), timeout=WAIT)
    expect(broken.locator(".file-state")).not_to_be_empty()
    check_page(cheated)
    assert downloads == []

    # The file of a deleted message is destroyed, also when the first try does not reach the server.
    tries: list[str] = []

    def fail_once(route: Route) -> None:
        tries.append(f"{route.request.method} {route.request.url}")
        if len(tries) == 1:
            route.abort("connectionfailed")
        else:
            route.continue_()

    carla.route(re.compile(r"/blobs/[0-9a-f-]{36}$"), fail_once)
    message = carla.locator("[data-id]", has=carla.locator(".file-name", has_text="oidua"))
    message.hover()
    message.get_by_role("button", name="Delete", exact=True).click()
    carla.locator("#message-removal [type=submit]").click()
    expect(card).to_have_count(1, timeout=WAIT)
    assert len(tries) == 2
    assert tries[0] == tries[1]
    blob = tries[0].removeprefix("DELETE ")
    status = "(address) => fetch(address).then((answer) => answer.status)"
    assert carla.evaluate(status, blob) == 404
    people.troubles.forgive("status of 404")

    # Neither names nor contents left the sender's browser in the clear, or lie anywhere.
    assert len(wire.sent) > 20
    assert wire.with_any([MARKER]) == []
    found = kinds_with(files_and_output(exchange), {"secret": [MARKER], "control": [WORKSPACE]})
    assert found["control"]
    assert found["secret"] == set()
    people.troubles.forgive("ERR_CONNECTION_FAILED")
