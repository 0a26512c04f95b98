"""One answer for many who ask for the same public page at once, as when a form's link goes round.

A page that is the same for everybody is still made anew for each of the first few in a second. Only beyond that does
everybody get what was made in this second: whoever changes something and looks sees the change, and a crowd costs
one page a second. Kept in the event loop, so nobody of the crowd takes a thread.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from comms.core.middleware import choose_request_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_App = Callable[[Scope, _Receive, Send], Awaitable[None]]

SECONDS = 1.0
"""How old a shared answer may be."""
FRESH = 4
"""How many in that time get a page of their own."""
KEPT = 100
"""Pages that are remembered."""
MOST_BYTES = 256 * 1024
"""Of a page that is shared."""

_ID = b"x-request-id"
_PERSONAL = frozenset({b"cookie", b"authorization", b"range"})
_NAMING = (b"host", b"accept-language", b"accept-encoding", b"accept", b"x-forwarded-proto")
"""What an answer may depend on; an answer whose Vary names more is not shared."""
_VARYING = frozenset({*_NAMING, b"cookie"})


@dataclass(slots=True)
class Answer:
    """What was sent."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    is_whole: bool = False

    def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        elif message["type"] == "http.response.body" and len(self.body) <= MOST_BYTES:
            self.body += message.get("body", b"")
            self.is_whole = not message.get("more_body", False)

    def is_for_all(self, status: int) -> bool:
        """Whether it has this status and says nothing that is one person's."""
        if self.status != status or not self.is_whole or len(self.body) > MOST_BYTES:
            return False
        for name, value in self.headers:
            if name == b"set-cookie":
                return False
            if (
                name == b"vary"
                and not {one.strip() for one in value.lower().split(b",")} <= _VARYING
            ):
                return False
        return True

    async def repeat(self, send: Send, request_id: bytes) -> None:
        """Send it once more, under another request's id."""
        others = [header for header in self.headers if header[0] != _ID]
        headers = [*others, (_ID, request_id)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(self.body)})


@dataclass(slots=True)
class _Second:
    """A page within one second."""

    since: float
    made: asyncio.Future[Answer | None]
    asked: int = 0


class Rush:
    """Passes requests on to `app`; what `is_public` says is for everybody is shared among a crowd.

    Only a GET without cookies, credentials and query is. Refusals and pages that set a cookie are never shared.
    """

    def __init__(self, app: _App, *, is_public: Callable[[str], bool]) -> None:
        self.app = app
        self.is_public = is_public
        self._seconds: OrderedDict[Hashable, _Second] = OrderedDict()

    async def __call__(self, scope: Scope, receive: _Receive, send: Send) -> None:
        key = self._key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        second = self._second(key)
        second.asked += 1
        if second.asked <= FRESH:
            await self._make(second, scope, receive, send)
            return
        shared = await asyncio.shield(second.made)
        if shared is None:
            await self.app(scope, receive, send)
            return
        await shared.repeat(send, name_of(scope))

    def _key(self, scope: Scope) -> Hashable | None:
        """What the answer depends on; None when it isn't shared."""
        if scope["method"] != "GET" or not self.is_public(scope["path"]):
            return None
        return shared_by(scope)

    def _second(self, key: Hashable) -> _Second:
        loop = asyncio.get_running_loop()
        now = loop.time()
        found = self._seconds.get(key)
        if found is None or now - found.since >= SECONDS:
            found = self._seconds[key] = _Second(now, loop.create_future())
            while len(self._seconds) > KEPT:
                self._seconds.popitem(last=False)
        self._seconds.move_to_end(key)
        return found

    async def _make(self, second: _Second, scope: Scope, receive: _Receive, send: Send) -> None:
        """A page of one's own; the first that is done is what the crowd gets."""
        answer = Answer()

        async def note_and_send(message: Message) -> None:
            answer.take(message)
            await send(message)

        try:
            await self.app(scope, receive, note_and_send)
        finally:
            if not second.made.done():
                second.made.set_result(answer if answer.is_for_all(200) else None)


def shared_by(scope: Scope, *, also: Sequence[bytes] = ()) -> Hashable | None:
    """What the answer to anybody's request depends on; None for a request that is somebody's own, or has a query."""
    if scope["query_string"]:
        return None
    named: list[tuple[bytes, bytes]] = []
    for name, value in scope["headers"]:
        if name in _PERSONAL:
            return None
        if name in _NAMING or name in also:
            named.append((name, value))
    return scope["path"], scope.get("scheme"), scope["http_version"], tuple(named)


def name_of(scope: Scope) -> bytes:
    """The id of a request."""
    given = (value.decode("latin-1") for name, value in scope["headers"] if name == _ID)
    return choose_request_id(next(given, "")).encode()
