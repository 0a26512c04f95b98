"""The socket of an edition's page: its counts, as they change, at most twice a second."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from comms.accounts import selectors as accounts
from comms.campaigns import selectors
from comms.campaigns.services.events import group_of
from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.core.tenancy import in_workspace

SIGNED_OUT = 4401
NOT_FOUND = 4404
RENEWED = 4409
SECONDS_BETWEEN = 0.5
# Access is looked at again at every change, and at least this often while nothing changes.
LOOK_SECONDS = 30.0


class EditionConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Sends `{"state", "total", "counts", "rate", "eta", …}` at once and after every change.

    An event carries the edition's id only; membership, edition and counts are loaded anew each time, so
    someone who was removed sees nothing more.
    """

    async def connect(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.wake = asyncio.Event()
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(SIGNED_OUT)
            return
        route = self.scope["url_route"]["kwargs"]
        self.edition_id: uuid.UUID = route["edition"]
        self.slug: str = route["workspace"]
        self.groups = [
            group_of(self.edition_id),
            accounts.session_group(self.scope["session"].session_key),
        ]
        for group in self.groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self.wake.set()
        self.task = asyncio.create_task(self._tell())

    async def disconnect(self, _code: int) -> None:
        if self.task is not None:
            self.task.cancel()
        for group in self.groups or []:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def _tell(self) -> None:
        looked_at = -LOOK_SECONDS
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.wake.wait()
            except TimeoutError:
                pass
            self.wake.clear()
            if time.monotonic() - looked_at >= LOOK_SECONDS:
                looked_at = time.monotonic()
                if not await _is_signed_in(
                    self.scope["session"].session_key, self.scope["user"].id
                ):
                    await self.close(SIGNED_OUT)
                    return
            now = await _load(self.scope["user"].id, self.slug, self.edition_id)
            if now is None:
                await self.close(NOT_FOUND)
                return
            await self.send(text_data=json.dumps(now))
            await asyncio.sleep(SECONDS_BETWEEN)

    # Events of the channel layer; their `type` names the method.

    async def edition_changed(self, _event: dict[str, Any]) -> None:
        self.wake.set()

    async def session_renewed(self, _event: dict[str, Any]) -> None:
        await self.close(RENEWED)

    async def session_revoked(self, _event: dict[str, Any]) -> None:
        await self.close(SIGNED_OUT)


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def _is_signed_in(session_key: str, user_id: uuid.UUID) -> bool:
    return accounts.session_lives(session_key, user_id)


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def _load(user_id: uuid.UUID, slug: str, edition_id: uuid.UUID) -> dict[str, object] | None:
    try:
        actor = accounts.get_actor(user_id=user_id, slug=slug).actor
        return _progress(actor, edition_id)
    except NotFoundError:
        return None


def _progress(actor: Actor, edition_id: uuid.UUID) -> dict[str, object]:
    with in_workspace(actor.workspace_id):
        progress = selectors.edition_progress(selectors.get_edition(actor, edition_id))
    return {
        "state": progress.state,
        "total": progress.total,
        "settled": progress.settled,
        "open": progress.open,
        "percent": progress.percent,
        "counts": dict(progress.counts),
        "rate": round(progress.rate, 1),
        "eta": progress.eta.isoformat() if progress.eta else None,
        "last_error": progress.last_error,
    }
