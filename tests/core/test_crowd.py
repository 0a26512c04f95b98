"""Many who post at the same moment: taken together, answered as alone, and refused by nobody but the ordinary way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest

from comms.core import crowd as module
from comms.core.crowd import MOST_BYTES, Crowd
from comms.core.rush import FRESH

Answered = tuple[int, bytes]


class Door:
    """The ordinary way: takes what says yes, with 201."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, _scope: Any, body: Any, _size: int, send: Any) -> None:
        content = body.read()
        self.bodies.append(content)
        await asyncio.sleep(0)
        status = 201 if content.startswith(b"yes") else 400
        await send({"type": "http.response.start", "status": status, "headers": [(b"a", b"b")]})
        await send({"type": "http.response.body", "body": b"ok" if status == 201 else b"no"})


class Takes:
    """Takes what says yes, and keeps what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []

    def __call__(self, requests: Sequence[tuple[HttpRequest, bytes]]) -> list[bool]:
        assert all(request.path_info == "/send" for request, _body in requests)
        self.batches.append([body for _request, body in requests])
        return [body.startswith(b"yes") for _request, body in requests]


@pytest.fixture(autouse=True)
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "close_old_connections", lambda: None)


def post(door: Door, take: Any, bodies: Sequence[bytes], **changes: Any) -> list[Answered]:
    """First enough, one after the other, for it to become a crowd; then all of these at once."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/send",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/cbor")],
        **changes,
    }

    async def one(crowd: Crowd, body: bytes) -> Answered:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await crowd(dict(scope), BytesIO(body), len(body), send)
        return sent[0]["status"], sent[1]["body"]

    async def run() -> list[Answered]:
        crowd = Crowd(door, is_meant=lambda path: path == "/send", take=take)
        for _first in range(FRESH):
            await one(crowd, b"yes first")
        return list(await asyncio.gather(*(one(crowd, body) for body in bodies)))

    return asyncio.run(run())


def test_a_crowd_is_taken_together() -> None:
    door, takes = Door(), Takes()
    bodies = [b"yes %d" % number for number in range(20)]
    assert post(door, takes, bodies) == [(201, b"ok")] * 20
    assert len(door.bodies) == FRESH
    assert [body for batch in takes.batches for body in batch] == bodies
    assert len(takes.batches) <= 2


def test_no_batch_is_larger_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 7)
    takes = Takes()
    post(Door(), takes, [b"yes"] * 30)
    assert max(map(len, takes.batches)) == 7


def test_who_is_not_taken_goes_the_ordinary_way() -> None:
    door, takes = Door(), Takes()
    assert post(door, takes, [b"yes", b"broken", b"yes"]) == [
        (201, b"ok"),
        (400, b"no"),
        (201, b"ok"),
    ]
    assert door.bodies[FRESH:] == [b"broken"]


@pytest.mark.parametrize("wrong", [RuntimeError("broken"), []])
def test_whatever_goes_wrong_each_goes_the_ordinary_way(wrong: Any) -> None:
    def take(_requests: Any) -> list[bool]:
        if isinstance(wrong, Exception):
            raise wrong
        return list(wrong)

    door = Door()
    assert post(door, take, [b"yes"] * 9) == [(201, b"ok")] * 9
    assert len(door.bodies) == FRESH + 9


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": [(b"cookie", b"sessionid=x")]},
        {"headers": [(b"authorization", b"Bearer x")]},
        {"query_string": b"a=1"},
        {"method": "PUT"},
        {"path": "/other"},
    ],
)
def test_other_requests_are_left_alone(changes: dict[str, Any]) -> None:
    door, takes = Door(), Takes()
    post(door, takes, [b"yes"] * 9, **changes)
    assert takes.batches == []
    assert len(door.bodies) == FRESH + 9


def test_long_bodies_wait_for_nobody() -> None:
    door, takes = Door(), Takes()
    post(door, takes, [b"yes" + bytes(MOST_BYTES)] * 3)
    assert takes.batches == []


def test_nobody_is_answered_as_taken_before_somebody_was() -> None:
    class Refuses(Door):
        async def __call__(self, scope: Any, body: Any, size: int, send: Any) -> None:
            await super().__call__(scope, BytesIO(b"no " + body.read()), size, send)

    door, takes = Refuses(), Takes()
    assert post(door, takes, [b"yes"] * 9) == [(400, b"no")] * 9
    assert takes.batches == []
