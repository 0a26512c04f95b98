"""A server that lies to real browsers: each lie is detected, said in plain words, and nothing can be sent any more."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
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


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        (changed, "A message here was changed on the way"),
        (dropped, "shows you another conversation"),
        (swapped, "shows you another conversation"),
        (repeated, "came a second time|shows you another conversation"),
        (taken_back, "shows less of this conversation"),
    ],
)
def test_a_lie_about_messages_is_noticed(crew: People, lie: Lie, sentence: str) -> None:
    page = sign_in(crew.browser_of(), "dina")
    begin(page, f"Lies {lie.__name__} {MARKER}", "Pavel Partner")
    wanted = [f"{word} {MARKER}" for word in ("first", "second", "third")]
    for text in wanted:
        say(page, text)
    sees(page, *wanted)
    # Leaving the page writes the head into the vault, which is what a rollback is held against.
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    def tell(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        answer = route.fetch()
        route.fulfill(response=answer, body=encode(lie(decode(answer.body(), limit=10_000_000))))

    page.route("**/envelopes*", tell)
    page.reload()
    expect(page.locator("[data-trouble-text]")).to_contain_text(re.compile(sentence), timeout=WAIT)
    expect(page.locator("[data-composer]")).to_be_hidden()
    check_page(page)


def test_an_epoch_signed_by_nobody_is_noticed(crew: People) -> None:
    page = sign_in(crew.browser_of(), "dina")
    begin(page, f"Forged epoch {MARKER}", "Pavel Partner")

    def forge(route: Route) -> None:
        answer = route.fetch()
        rows: Any = decode(answer.body(), limit=10_000_000)
        if not rows:  # the page still open asked for newer ones
            route.fulfill(response=answer)
            return
        record: Any = decode(rows[0][0], limit=100_000)
        pair = record[4]
        rows[0][0] = encode({**record, 4: [bytes([pair[0][0] ^ 1]) + pair[0][1:], pair[1]]})
        route.fulfill(response=answer, body=encode(rows))

    page.route("**/epochs*", forge)
    page.reload()
    expect(page.locator("[data-trouble-text]")).to_contain_text(
        "who is in this conversation", timeout=WAIT
    )
    expect(page.locator("[data-composer]")).to_be_hidden()


def test_swapped_keys_of_a_person_are_noticed(crew: People) -> None:
    """The server hands out Edgar's keys as Pavel's: a chain of somebody else is refused."""
    page = sign_in(crew.browser_of(), "dina")
    begin(page, f"Swapped keys {MARKER}", "Pavel Partner", "Edgar Editor")

    def swap(route: Route) -> None:
        answer = route.fetch()
        rows: Any = decode(answer.body(), limit=10_000_000)
        by_name = {row[1]: row for row in rows}
        by_name["Pavel Partner"][2] = by_name["Edgar Editor"][2]
        route.fulfill(response=answer, body=encode(rows))

    page.route("**/people", swap)
    page.reload()
    alarm = page.locator("[data-trouble-text]")
    expect(alarm).to_contain_text("who is in this conversation", timeout=WAIT)
    expect(page.locator("[data-composer]")).to_be_hidden()
