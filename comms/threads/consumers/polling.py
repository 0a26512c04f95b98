"""For browsers behind something that blocks sockets: a request that waits until there is news.

Nothing is remembered between two requests. Each answer names, by a hash, where the threads stood at its
end; a request that names another standing is answered at once with where they stand, as a socket's first
message is, and the page fetches what it lacks.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from typing import Any
from urllib.parse import parse_qs

from channels.exceptions import StopConsumer
from channels.generic.http import AsyncHttpConsumer

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.threads import messages
from comms.threads.consumers.listening import Listener, is_member, load_actor, session_lives
from comms.wire.cbor import Value, encode

# Shorter than the half minute after which proxies cut a silent request off.
WAIT_SECONDS = 25
# What happens together is told together.
GATHER_SECONDS = 0.02
# For the new cookie to reach a browser whose session got another key.
RENEWAL_SECONDS = 2
AT_ONCE = 500
AT_ONCE_BYTES = 2 * 1024 * 1024
QUERY_LIMIT = 512

_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]


class PollConsumer(Listener, AsyncHttpConsumer):  # type: ignore[misc]  # channels has no types
    """Answers [[message, ...], standing] as soon as something happened, or empty after 25 seconds.

    `workspace` and `since` stand in the query. 401 without a session, 404 for another's workspace, also
    when either ends meanwhile.
    """

    answered = False
    timer: asyncio.TimerHandle | None = None

    async def http_request(self, message: dict[str, Any]) -> None:
        # A body means nothing here; it is not kept.
        if message.get("more_body"):
            return
        self.heard: list[bytes] = []
        self.heard_bytes = 0
        if self.scope["method"] != "GET":
            await self.refuse(405, "method_not_allowed")
        else:
            actor = await self.admit()
            if actor is not None:
                await self._wait_for_news(actor, self.asked("since", 64))
        if self.answered:
            raise StopConsumer

    async def admit(self) -> Actor | None:
        """Who listens; None once they were refused."""
        user, session = self.scope["user"], self.scope["session"]
        # Nor does what waits here pass the middleware that ends old sessions.
        if not user.is_authenticated or not await session_lives(session.session_key, user.id):
            await self.refuse(401, "signed_out")
            return None
        await self.join(accounts.session_group(session.session_key))
        actor: Actor | None = await load_actor(user.id, self.asked("workspace", 60))
        if actor is None:
            await self.refuse(404, "not_found")
        return actor

    def asked(self, name: str, limit: int) -> str:
        """The first value of this name in the query, cut at `limit` characters."""
        query: bytes = self.scope["query_string"]
        fields = parse_qs(query[:QUERY_LIMIT].decode("latin-1"))
        return fields.get(name, [""])[0][:limit]

    async def http_disconnect(self, _message: dict[str, Any]) -> None:
        self._stop_waiting()
        await self.leave_all()
        raise StopConsumer

    async def tell(self, data: bytes) -> None:
        if self.answered:
            return
        self.heard.append(data)
        self.heard_bytes += len(data)
        if len(self.heard) >= AT_ONCE or self.heard_bytes >= AT_ONCE_BYTES:
            # Not in the middle of an event: the answer's standing is that of its end.
            self._answer_in(0)
        elif len(self.heard) == 1:
            self._answer_in(GATHER_SECONDS)

    async def _wait_for_news(self, actor: Actor, since: str) -> None:
        threads = await self.listen(actor)
        self.standing = {
            thread.id: (thread.epoch_number, thread.key_due, thread.seq, bytes(thread.t))
            for thread in threads
        }
        if self._digest() != since:
            self.heard = [messages.ready(threads)]
            await self._answer()
        elif self.timer is None and not self.heard:
            self._answer_in(WAIT_SECONDS)

    def _answer_in(self, seconds: float) -> None:
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        self.timer = loop.call_later(seconds, lambda: loop.create_task(self._answer()))

    def _stop_waiting(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    async def _answer(self) -> None:
        told: list[Value] = list(self.heard)
        await self._respond(200, b"application/cbor", encode([told, self._digest()]))

    async def refuse(self, status: int, code: str) -> None:
        document = {"type": "about:blank", "status": status, "code": code}
        await self._respond(status, b"application/problem+json", json.dumps(document).encode())

    async def _respond(self, status: int, kind: bytes, body: bytes) -> None:
        if self.answered:
            return
        self.answered = True
        self._stop_waiting()
        await self.leave_all()
        await self.send_response(status, body, headers=[(b"content-type", kind), *_HEADERS])

    def _digest(self) -> str:
        rows: list[Value] = [
            [thread.bytes, *where]
            for thread, where in sorted(self.standing.items(), key=lambda row: row[0].bytes)
        ]
        return hashlib.sha256(encode(rows)).hexdigest()

    # What an event says of where a thread stands now. Any other standing than what the next request
    # finds only makes that request answer at once.

    async def thread_envelopes(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        number, is_due, seq, _t = self.standing.get(thread, (0, False, 0, b""))
        if event["seq"] == seq + len(event["told"]):
            self.standing[thread] = (number, is_due, event["seq"], event["t"])
        await super().thread_envelopes(event)

    async def thread_epoch(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        if thread in self.standing:
            _number, _is_due, seq, t = self.standing[thread]
            self.standing[thread] = (event["number"], event.get("due", False), seq, t)
        await super().thread_epoch(event)

    async def thread_revoked(self, event: dict[str, Any]) -> None:
        self.standing.pop(uuid.UUID(bytes=event["thread"]), None)
        await super().thread_revoked(event)

    async def membership_changed(self, _event: dict[str, Any]) -> None:
        if self.actor is not None and not await is_member(self.actor):
            await self.refuse(404, "not_found")

    async def session_renewed(self, _event: dict[str, Any]) -> None:
        # The page asks again, with the cookie that it has by then.
        self._answer_in(RENEWAL_SECONDS)

    async def session_revoked(self, _event: dict[str, Any]) -> None:
        await self.refuse(401, "signed_out")
