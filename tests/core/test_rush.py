"""A crowd before one public page: few pages are made, and nobody gets what is somebody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from comms.core.rush import FRESH, KEPT, SECONDS, Rush

Headers = list[tuple[bytes, bytes]]


class Page:
    """Counts how often it is made."""

    def __init__(self, *, status: int = 200, headers: Headers | None = None) -> None:
        self.made = 0
        self.status = status
        self.headers = headers or []

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.made += 1
        number = self.made
        await asyncio.sleep(0)
        own = (b"x-request-id", b"made-%d" % number)
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [*self.headers, own],
            }
        )
        await send({"type": "http.response.body", "body": b"%d" % number, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})


class Visit:
    def __init__(self, rush: Rush, **changes: Any) -> None:
        self.rush = rush
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": "/f/a/",
            "query_string": b"",
            "http_version": "1.1",
            "scheme": "http",
            "headers": [(b"host", b"localhost")],
            **changes,
        }
        self.sent: list[Any] = []

    async def __call__(self) -> Visit:
        async def send(message: Any) -> None:
            self.sent.append(message)

        await self.rush(self.scope, None, send)  # type: ignore[arg-type]  # nothing is received
        return self

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    @property
    def request_ids(self) -> list[bytes]:
        return [value for name, value in self.sent[0]["headers"] if name == b"x-request-id"]


def crowd(page: Page, many: int, **changes: Any) -> list[Visit]:
    async def run() -> list[Visit]:
        rush = Rush(page, is_public=lambda path: path.startswith("/f/"))
        return list(await asyncio.gather(*(Visit(rush, **changes)() for _one in range(many))))

    return asyncio.run(run())


def test_a_crowd_costs_few_pages() -> None:
    page = Page()
    visits = crowd(page, 50)
    assert page.made == FRESH
    assert {visit.body for visit in visits[FRESH:]} == {b"1!"}
    assert all(visit.sent[0]["status"] == 200 for visit in visits)
    # Each has an id of its own, and only one.
    assert all(len(visit.request_ids) == 1 for visit in visits)
    assert len({visit.request_ids[0] for visit in visits}) == 50


def test_a_few_get_their_own() -> None:
    page = Page()
    assert [visit.body for visit in crowd(page, FRESH)] == [
        b"%d!" % number for number in range(1, FRESH + 1)
    ]


def test_after_a_second_it_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    now = [100.0]

    async def run() -> list[bytes]:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now[0])
        rush = Rush(page, is_public=lambda _path: True)
        for _visit in range(FRESH + 3):
            await Visit(rush)()
        now[0] += SECONDS
        return [(await Visit(rush)()).body for _visit in range(FRESH + 1)]

    later = asyncio.run(run())
    assert later == [b"5!", b"6!", b"7!", b"8!", b"5!"]


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": [(b"cookie", b"sessionid=x")]},
        {"headers": [(b"authorization", b"Bearer x")]},
        {"headers": [(b"range", b"bytes=0-1")]},
        {"method": "HEAD"},
        {"method": "POST"},
        {"query_string": b"a=1"},
        {"path": "/w/mission/"},
    ],
)
def test_what_is_somebodys_own_is_never_shared(changes: dict[str, Any]) -> None:
    page = Page()
    crowd(page, 20, **changes)
    assert page.made == 20


@pytest.mark.parametrize(
    "page",
    [
        Page(status=404),
        Page(status=302),
        Page(headers=[(b"set-cookie", b"a=1")]),
        Page(headers=[(b"vary", b"Accept-Language, X-Other")]),
    ],
)
def test_answers_that_are_not_for_all_are_not_shared(page: Page) -> None:
    crowd(page, 20)
    assert page.made == 20


def test_each_language_and_host_has_its_page() -> None:
    page = Page(headers=[(b"vary", b"Accept-Language, Cookie")])

    async def run() -> None:
        rush = Rush(page, is_public=lambda _path: True)
        for language in (b"en", b"ar"):
            for host in (b"a.example", b"b.example"):
                headers = [(b"host", host), (b"accept-language", language)]
                for _visit in range(FRESH + 5):
                    await Visit(rush, headers=headers)()

    asyncio.run(run())
    assert page.made == 4 * FRESH


def test_keeps_only_so_many() -> None:
    async def run() -> int:
        rush = Rush(Page(), is_public=lambda _path: True)
        for number in range(KEPT + 20):
            await Visit(rush, path=f"/f/{number}/")()
        return len(rush._seconds)

    assert asyncio.run(run()) == KEPT


def test_a_page_that_fails_leaves_nobody_waiting() -> None:
    class Failing(Page):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            self.made += 1
            await asyncio.sleep(0)
            raise RuntimeError("broken")

    page = Failing()

    async def run() -> list[Any]:
        rush = Rush(page, is_public=lambda _path: True)
        visits = (Visit(rush)() for _one in range(12))
        return await asyncio.gather(*visits, return_exceptions=True)

    assert all(isinstance(one, RuntimeError) for one in asyncio.run(run()))
    assert page.made == 12
