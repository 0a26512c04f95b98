"""The socket of the team's pages of feedback: which case or form has changed, for the page to load anew."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from comms.accounts import selectors as accounts
from comms.core.errors import NotFoundError
from comms.feedback import policies
from comms.feedback.services import group_of

SIGNED_OUT = 4401
NOT_FOUND = 4404
RENEWED = 4409
SECONDS_BETWEEN = 0.5
# Access is looked at again before anything is said, and at least this often while nothing happens.
LOOK_SECONDS = 30.0
AT_ONCE = 100


class FeedbackConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """Says `{"type": "ready"}`, then `{"type": "case.changed" or "form.changed", "id"}`, at most twice a second.

    In a flood a page is told of so many things at once and then, with an empty id, to load everything anew.
    """

    async def connect(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.groups: list[str] = []
        self.wake = asyncio.Event()
        self.waiting: dict[tuple[str, str], None] = {}
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.slug: str = self.scope["url_route"]["kwargs"]["workspace"]
        workspace_id = await _place(self.scope["user"].id, self.slug)
        if workspace_id is None:
            await self.close(NOT_FOUND)
            return
        self.groups = [
            group_of(workspace_id),
            accounts.session_group(self.scope["session"].session_key),
        ]
        for group in self.groups:
            await self.channel_layer.group_add(group, self.channel_name)
        await self.send(text_data=json.dumps({"type": "ready"}))
        self.task = asyncio.create_task(self._tell())

    async def disconnect(self, _code: int) -> None:
        if self.task is not None:
            self.task.cancel()
        for group in self.groups:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def _tell(self) -> None:
        user_id, session = self.scope["user"].id, self.scope["session"].session_key
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self.wake.wait()
            except TimeoutError:
                pass
            self.wake.clear()
            if not await _is_signed_in(session, user_id):
                await self.close(SIGNED_OUT)
                return
            if await _place(user_id, self.slug) is None:
                await self.close(NOT_FOUND)
                return
            told, self.waiting = self.waiting, {}
            events = list(told) if len(told) <= AT_ONCE else [("case.changed", "")]
            for kind, subject in events:
                await self.send(text_data=json.dumps({"type": kind, "id": subject}))
            await asyncio.sleep(SECONDS_BETWEEN)

    # Events of the channel layer; their `type` names the method.

    async def case_changed(self, event: dict[str, Any]) -> None:
        self._note("case.changed", event)

    async def form_changed(self, event: dict[str, Any]) -> None:
        self._note("form.changed", event)

    def _note(self, kind: str, event: dict[str, Any]) -> None:
        if len(self.waiting) <= AT_ONCE:
            self.waiting[kind, str(event["id"])] = None
        self.wake.set()

    async def session_renewed(self, _event: dict[str, Any]) -> None:
        await self.close(RENEWED)

    async def session_revoked(self, _event: dict[str, Any]) -> None:
        await self.close(SIGNED_OUT)


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def _is_signed_in(session_key: str, user_id: uuid.UUID) -> bool:
    return accounts.session_lives(session_key, user_id)


@database_sync_to_async  # type: ignore[untyped-decorator]  # as above
def _place(user_id: uuid.UUID, slug: str) -> uuid.UUID | None:
    """The workspace, if the person may look at its cases now."""
    try:
        actor = accounts.get_actor(user_id=user_id, slug=slug).actor
    except NotFoundError:
        return None
    return actor.workspace_id if policies.can_look(actor) else None
