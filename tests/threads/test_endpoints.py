"""What the page's script asks for, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from comms.accounts.models import User
from comms.threads.models import Thread
from comms.wire.bodies import ReceiptBody
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import Class, make_envelope
from comms.wire.hashing import sha256
from comms.wire.roster import Role
from comms.wire.transcript import Head
from tests.threads.world import World

CBOR = "application/cbor"
AsUser = Callable[[User], Client]


def read(response: Any) -> Any:
    assert response["Content-Type"] == CBOR
    return decode(response.content, limit=10_000_000)


def test_opens_lists_sends_and_reads(world: World, ada: User, dina: User, as_user: AsUser) -> None:
    client = as_user(ada)
    made = world.epoch(ada, [world.row(ada, Role.OWNER), world.row(dina)])
    answer = client.post("/w/mission/threads/new", made.upload, content_type=CBOR)
    assert answer.status_code == 201
    thread = Thread(id=made.record.tbs.thread)
    world.epochs[thread.id] = [made]
    base = f"/w/mission/threads/{thread.id}"

    raw = world.seal(ada, thread)
    for _ in range(2):
        answer = client.post(f"{base}/envelopes", raw, content_type=CBOR)
        assert (answer.status_code, read(answer)[0]) == (201, 1)

    other = as_user(dina)
    threads, following = read(other.get("/w/mission/threads/index"))
    assert (len(threads), threads[0][0], threads[0][5], following) == (1, thread.id.bytes, 0, "")
    start, items, head, read_up_to = read(other.get(f"{base}/envelopes"))
    assert (start, items, read_up_to) == ([0, bytes(32)], [[sha256(raw), raw]], 0)
    assert head[0] == 1
    people = read(other.get(f"{base}/people"))
    assert {row[0] for row in people} == {ada.id.bytes, dina.id.bytes}
    assert read(other.post(f"{base}/read", encode([1]), content_type=CBOR)) == [1]


def test_stale_epoch_is_told_by_its_code(
    world: World, thread: Thread, ada: User, dina: User, as_user: AsUser
) -> None:
    raw = world.seal(dina, thread)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    world.publish(ada, thread, world.next(ada, thread, rows))
    address = f"/w/mission/threads/{thread.id}/envelopes"
    answer = as_user(dina).post(address, raw, content_type=CBOR)
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale_epoch"


def test_receipt_that_crosses_with_a_new_key_is_no_error(
    world: World, thread: Thread, ada: User, dina: User, as_user: AsUser
) -> None:
    header = world.header(dina, thread, klass=Class.EPHEMERAL)
    key, seeds = world.epochs[thread.id][-1].key, world.keys(dina)
    receipt = make_envelope(header, ReceiptBody(Head()), key=key, seeds=seeds)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    world.publish(ada, thread, world.next(ada, thread, rows))
    base, browser = f"/w/mission/threads/{thread.id}", as_user(dina)
    for address in (f"{base}/receipts", f"{base}/ephemeral"):
        answer = browser.post(address, receipt, content_type=CBOR)
        assert (answer.status_code, answer.content) == (202, b"")
    assert read(browser.get(f"{base}/receipts")) == []


def test_refuses_other_types_too_much_and_odd_numbers(
    thread: Thread, ada: User, as_user: AsUser
) -> None:
    client = as_user(ada)
    base = f"/w/mission/threads/{thread.id}"
    assert (
        client.post(f"{base}/envelopes", b"{}", content_type="application/json").status_code == 422
    )
    assert client.post(f"{base}/envelopes", bytes(70_000), content_type=CBOR).status_code == 422
    for odd in ("-1", "x", "1e3", "٣", "9" * 30, ""):
        assert client.get(f"{base}/envelopes", {"after": odd}).status_code == 422
    for odd in ("x", "2026-11-22_x", "2026-11-22T08:00:00_" + str(thread.id)):
        assert client.get("/w/mission/threads/index", {"cursor": odd}).status_code == 422
    assert client.post(f"{base}/read", encode(["1"]), content_type=CBOR).status_code == 422


def test_list_pages_by_cursor(world: World, ada: User, dina: User, as_user: AsUser) -> None:
    for _ in range(52):
        world.open(ada, dina)
    client = as_user(dina)
    first, cursor = read(client.get("/w/mission/threads/index"))
    rest, end = read(client.get("/w/mission/threads/index", {"cursor": cursor}))
    assert (len(first), len(rest), end) == (50, 2, "")
    assert len({row[0] for row in first + rest}) == 52


def test_queries_do_not_grow_with_the_list(
    world: World, thread: Thread, ada: User, dina: User, as_user: AsUser
) -> None:
    client = as_user(ada)
    base = f"/w/mission/threads/{thread.id}"
    addresses = [
        "/w/mission/threads/index",
        f"{base}/envelopes",
        f"{base}/epochs",
        f"{base}/people",
    ]
    client.get(addresses[0])
    few = [_count(client, address) for address in addresses]
    for _ in range(5):
        world.post(ada, thread)
        world.open(ada, dina)
    assert [_count(client, address) for address in addresses] == few
    assert max(few) <= 20
    assert _count(client, f"{base}/") <= 20


def _count(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_page_allows_no_string_to_become_script(thread: Thread, ada: User, as_user: AsUser) -> None:
    answer = as_user(ada).get(f"/w/mission/threads/{thread.id}/")
    policy = answer["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in policy
    assert "trusted-types entente-worker" in policy
    assert b"htmx" not in answer.content
