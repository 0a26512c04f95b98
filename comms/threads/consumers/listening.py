"""What an open page hears of a member's threads, however it listens."""

from __future__ import annotations

import time
import uuid
from abc import abstractmethod
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import BaseChannelLayer

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import messages, selectors, services
from comms.threads.models import Thread


class Listener:
    """Joins the groups of one member, and turns their events into messages for `tell`."""

    channel_layer: BaseChannelLayer
    channel_name: str
    actor: Actor | None = None
    until: float | None = None
    """When the listener's time is up, in seconds since 1970: afterwards nothing of a thread is told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.threads: set[uuid.UUID] = set()
        self.standings: dict[uuid.UUID, selectors.Standing] = {}
        self.groups_joined: set[str] = set()

    @abstractmethod
    async def tell(self, data: bytes) -> None:
        """Pass one message on to the page."""

    async def listen(self, actor: Actor) -> list[Thread]:
        """Hear all of the member's threads from now on; where they stand."""
        self.actor = actor
        await note_look(actor)
        await self.join(selectors.member_group(actor.workspace_id, actor.user_id))
        # Listening begins before the heads are read, so that nothing falls between the two.
        for thread in await load_heads(actor):
            await self.hear(thread.id)
        return await self._heads(actor)

    async def tell_what_was_lost(self) -> None:
        """Say where the threads stand if an event of them never came: the page fetches what it lacks.

        Events are told after the commit, by a process that may end between the two, and over a connection
        that keeps nothing for whoever is away.
        """
        if self.actor is None:
            return
        standings = await load_standings(self.actor)
        if standings == self.standings:
            return
        for thread in self.standings.keys() - standings.keys():
            await self.thread_revoked({"thread": thread.bytes})
        for thread in standings.keys() - self.threads:
            await self.hear(thread)
        if standings != self.standings:
            await self.tell(messages.ready(await self._heads(self.actor)))

    async def _heads(self, actor: Actor) -> list[Thread]:
        threads: list[Thread] = await load_heads(actor)
        self.standings = {thread.id: _standing(thread) for thread in threads}
        return threads

    async def hear(self, thread: uuid.UUID) -> None:
        self.threads.add(thread)
        await self.join(selectors.thread_group(thread))

    async def join(self, group: str) -> None:
        self.groups_joined.add(group)
        await self.channel_layer.group_add(group, self.channel_name)

    async def leave(self, group: str) -> None:
        self.groups_joined.discard(group)
        await self.channel_layer.group_discard(group, self.channel_name)

    async def leave_all(self) -> None:
        for group in list(self.groups_joined):
            await self.leave(group)

    def _hears(self, thread: bytes) -> bool:
        in_time = self.until is None or time.time() < self.until
        return in_time and uuid.UUID(bytes=thread) in self.threads

    # Events of the channel layer; their `type` names the method.

    async def thread_envelopes(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        if thread in self.standings:
            number, is_due, seq = self.standings[thread]
            self.standings[thread] = (number, is_due, max(seq, event["seq"]))
        if self._hears(event["thread"]):
            for told in event["told"]:
                await self.tell(told)

    async def thread_epoch(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        if thread in self.standings:
            _number, _is_due, seq = self.standings[thread]
            self.standings[thread] = (event["number"], event.get("due", False), seq)
        if self._hears(event["thread"]):
            fields = (event["thread"], event["number"])
            await self.tell(messages.message(messages.EPOCH, *fields))

    async def thread_added(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        # The event only says that something changed; whether the member is in is asked again.
        seated = await load_thread(self.actor, thread) if self.actor is not None else None
        if seated is None:
            return
        await self.hear(thread)
        self.standings[thread] = _standing(seated)
        await self.tell(messages.message(messages.ADDED, event["thread"]))

    async def thread_revoked(self, event: dict[str, Any]) -> None:
        thread = uuid.UUID(bytes=event["thread"])
        self.threads.discard(thread)
        self.standings.pop(thread, None)
        await self.leave(selectors.thread_group(thread))
        await self.tell(messages.message(messages.REVOKED, event["thread"]))

    async def thread_read(self, event: dict[str, Any]) -> None:
        fields = (event["thread"], event["seq"])
        await self.tell(messages.message(messages.READ, *fields))

    async def thread_ephemeral(self, event: dict[str, Any]) -> None:
        if self._hears(event["thread"]):
            fields = (event["thread"], event["content"])
            await self.tell(messages.message(messages.EPHEMERAL, *fields))

    async def thread_draft(self, event: dict[str, Any]) -> None:
        fields = (event["thread"], event["number"])
        await self.tell(messages.message(messages.DRAFT, *fields))


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def load_actor(user_id: uuid.UUID, slug: str) -> Actor | None:
    """The person as a member of the workspace with this address, or None."""
    try:
        return accounts.get_actor(user_id=user_id, slug=slug).actor
    except NotFoundError:
        return None


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def load_heads(actor: Actor) -> list[Thread]:
    """Where each of the member's threads stands."""
    with in_workspace(actor.workspace_id):
        return selectors.list_heads(actor)


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def load_standings(actor: Actor) -> dict[uuid.UUID, selectors.Standing]:
    """The same, as briefly as can be."""
    with in_workspace(actor.workspace_id):
        return selectors.list_standings(actor)


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def note_look(actor: Actor) -> None:
    """A page of the member is open now."""
    services.note_look(actor)


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def load_thread(actor: Actor, thread: uuid.UUID) -> Thread | None:
    """The thread, if the member is in it now."""
    with in_workspace(actor.workspace_id):
        try:
            return selectors.get_thread(actor, thread).thread
        except NotFoundError:
            return None


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def is_member(actor: Actor) -> bool:
    """Whether the person is still a member of the workspace."""
    try:
        accounts.get_actor_by_ids(user_id=actor.user_id, workspace_id=actor.workspace_id)
    except NotFoundError:
        return False
    return True


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def session_lives(session_key: str, user_id: uuid.UUID) -> bool:
    """Whether the browser is still signed in."""
    return accounts.session_lives(session_key, user_id)


def _standing(thread: Thread) -> selectors.Standing:
    return thread.epoch_number, thread.key_due, thread.seq
