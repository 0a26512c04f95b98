"""The same two ways to listen for a guest, who has a pass in the place of a session."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass

from channels.db import database_sync_to_async

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.core.errors import CommsError
from comms.core.tenancy import in_workspace
from comms.threads import messages, selectors, services
from comms.threads.consumers.base import MALFORMED, NOT_A_MEMBER, SIGNED_OUT, SocketConsumer
from comms.threads.consumers.polling import PollConsumer
from comms.threads.errors import GuestSignedOutError
from comms.wire.errors import WireError


@dataclass(frozen=True, slots=True)
class Admitted:
    """A guest with the end of their time, in seconds since 1970."""

    actor: Actor
    until: float


class GuestConsumer(SocketConsumer):
    """Sends what happens in the guest's one thread until their time is up.

    The pass is looked at when the socket opens and on every ping; a guest who is removed hears so at once.
    """

    async def connect(self) -> None:
        self.ending: asyncio.TimerHandle | None = None
        self.said = messages.GuestOpen()
        await super().connect()
        self.wait()

    def stop(self) -> None:
        if self.ending is not None:
            self.ending.cancel()
        super().stop()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.ended:
            return
        try:
            if bytes_data is None or text_data is not None:
                raise WireError("malformed", "not bytes")
            kind, said = messages.read_from_guest(bytes_data)
        except WireError:
            self.end(MALFORMED)
            return
        self.wait()
        if kind == messages.GUEST and self.actor is None:
            self.said = said
            admitted = await self._admit()
            if admitted is not None:
                await self.tell(messages.ready(await self.listen(admitted.actor)))
        elif kind == messages.PING and self.actor is not None and await self._admit() is not None:
            await self.tell_what_was_lost()
            await self.tell(messages.message(messages.PONG))

    async def _admit(self) -> Admitted | None:
        said = self.said
        found: Admitted | int = await admit(said.workspace, said.guest, said.text)
        if isinstance(found, int):
            self.end(SIGNED_OUT if found == 401 else NOT_A_MEMBER)
            return None
        self.until = found.until
        if self.ending is None:
            loop = asyncio.get_running_loop()
            # A timer of the loop holds a month at most; whoever stays longer opens again.
            left = min(max(found.until - time.time(), 0), 30 * 86_400)
            self.ending = loop.call_later(left, self.end, NOT_A_MEMBER)
        return found


class GuestPollConsumer(PollConsumer):
    """As for members; `workspace`, `guest` and `since` stand in the query, the pass in `Authorization`."""

    async def admit(self) -> Actor | None:
        headers = dict(self.scope["headers"])
        kind, _space, text = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        try:
            guest = uuid.UUID(self.asked("guest", 36))
        except ValueError:
            await self.refuse(404, "not_found")
            return None
        given = text.strip() if kind == "Guest" else ""
        found = await admit(self.asked("workspace", 60), guest, given)
        if isinstance(found, int):
            await self.refuse(found, "signed_out" if found == 401 else "not_found")
            return None
        self.until = found.until
        actor: Actor = found.actor
        return actor


@database_sync_to_async  # type: ignore[untyped-decorator]  # channels has no types
def admit(slug: str, guest_id: uuid.UUID, text: str) -> Admitted | int:
    """The guest by their pass, or the status of the refusal."""
    try:
        workspace = accounts.get_workspace(slug)
        actor = services.find_guest(workspace_id=workspace.id, guest_id=guest_id, text=text)
        with in_workspace(workspace.id):
            return Admitted(actor, selectors.get_guest(guest_id).expires_at.timestamp())
    except GuestSignedOutError:
        return 401
    except CommsError:
        return 404
