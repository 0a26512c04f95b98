"""The socket of threads: one for each open page, for all threads of a member in one workspace."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import messages, selectors
from comms.threads.models import Thread
from comms.wire.errors import WireError

SIGNED_OUT = 4401
NOT_A_MEMBER = 4404
MALFORMED = 4400
IDLE = 4408

# A browser pings every 45 s; one that is silent for longer is gone.
SILENCE_SECONDS = 120


class ThreadsConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Sends what happens in the member's threads, from the moment it answers `ready`.

    The session and the membership are looked at when the socket opens, on every ping, and whenever
    accounts says that they changed; a socket without either is closed.
    """

    actor: Actor | None = None

    async def connect(self) -> None:
        self.threads: set[uuid.UUID] = set()
        self.silence: asyncio.TimerHandle | None = None
        await self.accept()
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.session_group = accounts.session_group(self.scope["session"].session_key)
        await self.channel_layer.group_add(self.session_group, self.channel_name)
        self._wait()

    async def disconnect(self, _code: int) -> None:
        if self.silence is not None:
            self.silence.cancel()
        groups = [selectors.thread_group(thread) for thread in self.threads]
        if self.actor is not None:
            groups.append(selectors.member_group(self.actor.workspace_id, self.actor.user_id))
        if hasattr(self, "session_group"):
            groups.append(self.session_group)
        for group in groups:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            if bytes_data is None or text_data is not None:
                raise WireError("malformed", "not bytes")
            kind, workspace = messages.read_from_browser(bytes_data)
        except WireError:
            await self.close(MALFORMED)
            return
        self._wait()
        if kind == messages.OPEN and self.actor is None:
            await self._open(workspace)
        elif kind == messages.PING and await self._still_allowed():
            await self.send(bytes_data=messages.message(messages.PONG))

    async def _open(self, workspace: str) -> None:
        actor = await _load_actor(self.scope["user"].id, workspace)
        if actor is None:
            await self.close(NOT_A_MEMBER)
            return
        self.actor = actor
        await self.channel_layer.group_add(
            selectors.member_group(actor.workspace_id, actor.user_id), self.channel_name
        )
        # Listening begins before the heads are read, so that nothing falls between the two.
        for thread in await _load_heads(actor):
            await self._listen(thread.id)
        await self.send(bytes_data=messages.ready(await _load_heads(actor)))

    async def _listen(self, thread: uuid.UUID) -> None:
        self.threads.add(thread)
        await self.channel_layer.group_add(selectors.thread_group(thread), self.channel_name)

    async def _still_allowed(self) -> bool:
        if not await _session_lives(self.scope["session"].session_key):
            await self.close(SIGNED_OUT)
            return False
        if self.actor is None or not await _is_member(self.actor):
            await self.close(NOT_A_MEMBER)
            return False
        return True

    def _wait(self) -> None:
        if self.silence is not None:
            self.silence.cancel()
        loop = asyncio.get_running_loop()
        self.silence = loop.call_later(SILENCE_SECONDS, lambda: loop.create_task(self.close(IDLE)))

    # Events of the channel layer; their `type` names the method.

    async def thread_envelope(self, event: dict[str, Any]) -> None:
        if uuid.UUID(bytes=event["thread"]) in self.threads:
            fields = (event["thread"], event["seq"], event["t"], event["content"])
            await self.send(bytes_data=messages.message(messages.ENVELOPE, *fields))

    async def thread_epoch(self, event: dict[str, Any]) -> None:
        if uuid.UUID(bytes=event["thread"]) in self.threads:
            fields = (event["thread"], event["number"])
            await self.send(bytes_data=messages.message(messages.EPOCH, *fields))

    async def thread_added(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        # The event only says that something changed; whether the member is in is asked again.
        if self.actor is None or not await _is_seated(self.actor, thread):
            return
        await self._listen(thread)
        await self.send(bytes_data=messages.message(messages.ADDED, event["thread"]))

    async def thread_revoked(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        self.threads.discard(thread)
        await self.channel_layer.group_discard(selectors.thread_group(thread), self.channel_name)
        await self.send(bytes_data=messages.message(messages.REVOKED, event["thread"]))

    async def thread_read(self, event: dict[str, Any]) -> None:
        fields = (event["thread"], event["seq"])
        await self.send(bytes_data=messages.message(messages.READ, *fields))

    async def thread_ephemeral(self, event: dict[str, Any]) -> None:
        if uuid.UUID(bytes=event["thread"]) in self.threads:
            fields = (event["thread"], event["content"])
            await self.send(bytes_data=messages.message(messages.EPHEMERAL, *fields))

    async def thread_draft(self, event: dict[str, Any]) -> None:
        fields = (event["thread"], event["number"])
        await self.send(bytes_data=messages.message(messages.DRAFT, *fields))

    async def membership_changed(self, _event: dict[str, Any]) -> None:
        if self.actor is not None and not await _is_member(self.actor):
            await self.close(NOT_A_MEMBER)

    async def session_revoked(self, _event: dict[str, Any]) -> None:
        await self.close(SIGNED_OUT)


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def _load_actor(user_id: uuid.UUID, slug: str) -> Actor | None:
    try:
        return accounts.get_actor(user_id=user_id, slug=slug).actor
    except NotFoundError:
        return None


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def _load_heads(actor: Actor) -> list[Thread]:
    with in_workspace(actor.workspace_id):
        return selectors.list_heads(actor)


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def _is_seated(actor: Actor, thread: uuid.UUID) -> bool:
    with in_workspace(actor.workspace_id):
        try:
            selectors.get_thread(actor, thread)
        except NotFoundError:
            return False
    return True


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def _is_member(actor: Actor) -> bool:
    try:
        accounts.get_actor_by_ids(user_id=actor.user_id, workspace_id=actor.workspace_id)
    except NotFoundError:
        return False
    return True


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def _session_lives(session_key: str) -> bool:
    from django.contrib.sessions.backends.db import SessionStore

    return SessionStore().exists(session_key)
