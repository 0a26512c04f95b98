"""A server that lies to real browsers: each lie is detected, said in plain words, and nothing can be sent any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from playwright.sync_api import Route, expect

from comms.wire.cbor import decode, encode
from comms.wire.transcript import Head
from tests.journeys.browsing import People, check_page
from tests.journeys.talking import WAIT, begin, say, sees
from tests.journeys.talks import MARKER, sign_in

Lie = Callable[[Any], Any]


def changed(page: Any) -> Any:
    """One byte of the second envelope is another."""
    digest, raw = page[1][1]
    page[1][1] = [digest, raw[:-1] + bytes([raw[-1] ^ 1])]
    return page


def dropped(page: Any) -> Any:
    del page[1][1]
    return page


def swapped(page: Any) -> Any:
    page[1][0], page[1][1] = page[1][1], page[1][0]
    return page


def repeated(page: Any) -> Any:
    page[1].append(page[1][0])
    return page


def taken_back(page: Any) -> Any:
    """As if the last message had never been; the head is that of the two before it."""
    page[1].pop()
    head = Head()
    for digest, _raw in page[1]:
        head = head.after(digest)
    page[2] = [head.seq, head.t]
    return page


def forged(epochs: Any) -> Any:
    """The newest epochs' first record under a signature that its author never made."""
    if epochs:  # the page still open asked for newer ones
        record: Any = decode(epochs[0][0], limit=100_000)
        pair = record[4]
        epochs[0][0] = encode({**record, 4: [bytes([pair[0][0] ^ 1]) + pair[0][1:], pair[1]]})
    return epochs


def exchanged(people: Any) -> Any:
    """Edgar's keys as Pavel's: a chain of somebody else."""
    by_name = {row[1]: row for row in people}
    by_name["Pavel Partner"][2] = by_name["Edgar Editor"][2]
    return people


LIES: list[tuple[str, Lie, str]] = [
    ("**/envelopes*", changed, "A message here was changed on the way"),
    ("**/envelopes*", dropped, "shows you another conversation"),
    ("**/envelopes*", swapped, "shows you another conversation"),
    ("**/envelopes*", repeated, "came a second time|shows you another conversation"),
    ("**/envelopes*", taken_back, "shows less of this conversation"),
    ("**/epochs*", forged, "who is in this conversation"),
    ("**/people", exchanged, "who is in this conversation"),
]


def tell(lie: Lie, route: Route) -> None:
    """The answer that the page gets in the place of the honest one."""
    if route.request.method != "GET":
        route.continue_()
        return
    answer = route.fetch()
    route.fulfill(response=answer, body=encode(lie(decode(answer.body(), limit=10_000_000))))


def test_every_lie_is_noticed_and_the_truth_is_taken_again(crew: People) -> None:
    page = sign_in(crew.browser_of(), "dina")
    begin(page, f"Lies {MARKER}", "Pavel Partner", "Edgar Editor")
    wanted = [f"{word} {MARKER}" for word in ("first", "second", "third")]
    for text in wanted:
        say(page, text)
    sees(page, *wanted)
    # Leaving the page writes the head into the vault, which is what a rollback is held against.
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    for where, lie, sentence in LIES:
        page.route(where, partial(tell, lie))
        page.reload()
        alarm = page.locator("[data-trouble-text]")
        expect(alarm, lie.__name__).to_contain_text(re.compile(sentence), timeout=WAIT)
        expect(page.locator("[data-composer]")).to_be_hidden()
        if lie is changed:
            check_page(page)
        page.unroute(where)
    page.reload()
    sees(page, *wanted)
    expect(page.locator("[data-composer]")).to_be_visible()
