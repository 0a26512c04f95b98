"""The socket of an edition's page: who hears the counts, and who stops hearing them."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from comms.accounts.models import Membership, User
from comms.accounts.selectors import SIGNED_IN_AT, session_group
from comms.campaigns import consumers
from comms.campaigns.consumers import NOT_FOUND, RENEWED, SIGNED_OUT
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services.events import tell
from comms.core.actors import Role
from comms.core.realtime import broadcast
from config.routing import websocket_urlpatterns
from tests import factories
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, send
from tests.campaigns.server import ScriptedServer
from tests.threads.socket_document import check, document

WAIT = 5


class Socket:
    """A browser's side of the socket."""

    def __init__(self, user: User | AnonymousUser, edition: Edition, slug: str) -> None:
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": f"/ws/w/{slug}/editions/{edition.id}/",
            "user": user,
            "session": factories.make_session(user),
            "headers": [],
            "subprotocols": [],
        }
        self.session: SessionStore = scope["session"]
        self.talk = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)

    async def open(self) -> None:
        await self.talk.send_input({"type": "websocket.connect"})
        assert (await self.talk.receive_output(WAIT))["type"] == "websocket.accept"

    async def heard(self) -> dict[str, object]:
        message = await self.talk.receive_output(WAIT)
        if message["type"] == "websocket.close":
            return {"closed": message["code"]}
        told: dict[str, object] = json.loads(message["text"])
        check(document()["components"]["messages"]["progress"]["payload"], told)
        return told

    async def close(self) -> None:
        await self.talk.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.talk.wait(WAIT)
        # The thread that the consumer's queries ran in keeps its connection otherwise.
        await sync_to_async(connections.close_all)()


def over_socket(
    user: User | AnonymousUser,
    edition: Edition,
    story: Callable[[Socket], Awaitable[None]],
    slug: str = "mission",
) -> None:
    """Open, live through the story, close."""
    socket = Socket(user, edition, slug)

    async def run() -> None:
        await socket.open()
        await story(socket)
        await socket.close()

    asyncio.run(run())


@pytest.fixture
def reader(team: Team) -> User:
    """An analyst: reads, changes nothing."""
    return factories.make_member(team.workspace, "anna@example.org", "Anna", Role.ANALYST)


def test_a_member_hears_the_counts_and_their_change(team: Team, reader: User) -> None:
    edition = begun(team, 3)

    async def story(socket: Socket) -> None:
        first = await socket.heard()
        assert (first["state"], first["total"], first["open"]) == ("sending", 3, 3)
        await sync_to_async(_send)(team, edition)
        told = await socket.heard()
        while told["open"]:
            told = await socket.heard()
        assert told["counts"]["sent"] == 3  # type: ignore[index]  # the counts by state

    over_socket(reader, edition, story)


def _send(team: Team, edition: Edition) -> None:
    with ScriptedServer().running() as server:
        thread = threading.Thread(target=send, args=(team, edition, server))
        thread.start()
        thread.join()
    tell(edition.id)


def test_many_changes_are_told_at_most_twice_a_second(team: Team, reader: User) -> None:
    edition = begun(team, 1)

    async def story(socket: Socket) -> None:
        await socket.heard()
        for _time in range(50):
            await sync_to_async(tell)(edition.id)
        await socket.heard()
        assert await socket.talk.receive_nothing(0.3)

    over_socket(reader, edition, story)


def test_refuses_strangers(team: Team) -> None:
    edition = begun(team, 1)

    async def story(socket: Socket) -> None:
        assert await socket.heard() == {"closed": SIGNED_OUT}

    over_socket(AnonymousUser(), edition, story)


def test_refuses_outsiders_and_other_workspaces(team: Team) -> None:
    """Whichever workspace the address names."""
    edition = begun(team, 1)
    elsewhere = factories.make_workspace("elsewhere", "Another Team")
    outsider = factories.make_member(elsewhere, "oscar@example.org", "Oscar", *Role)

    async def story(socket: Socket) -> None:
        assert await socket.heard() == {"closed": NOT_FOUND}

    over_socket(outsider, edition, story)
    over_socket(outsider, edition, story, slug="elsewhere")


def test_someone_removed_hears_nothing_more(team: Team, reader: User) -> None:
    """Access is looked at again at every change."""
    edition = begun(team, 1)

    async def story(socket: Socket) -> None:
        await socket.heard()
        await sync_to_async(Membership.objects.filter(user=reader).delete)()
        await sync_to_async(tell)(edition.id)
        assert await socket.heard() == {"closed": NOT_FOUND}

    over_socket(reader, edition, story)


def signed_in(session: SessionStore, hours_ago: float) -> None:
    session[SIGNED_IN_AT] = time.time() - 3600 * hours_ago
    session.save()


def test_refuses_who_is_signed_in_for_too_long(team: Team, reader: User) -> None:
    edition = begun(team, 1)
    socket = Socket(reader, edition, "mission")
    signed_in(socket.session, team.workspace.session_hours + 0.1)

    async def run() -> None:
        await socket.open()
        assert await socket.heard() == {"closed": SIGNED_OUT}
        await socket.close()

    asyncio.run(run())


@pytest.mark.parametrize("ends", ["too old", "deleted"])
def test_a_page_that_stays_open_ends_with_its_session(
    team: Team, reader: User, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while nothing changes: it is looked at again from time to time."""
    monkeypatch.setattr(consumers, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(consumers, "SECONDS_BETWEEN", 0.0)
    edition = begun(team, 1)

    def end(session: SessionStore) -> None:
        if ends == "deleted":
            session.delete()
        else:
            signed_in(session, team.workspace.session_hours + 0.1)

    async def story(socket: Socket) -> None:
        assert (await socket.heard())["state"] == "sending"
        await sync_to_async(end)(socket.session)
        told = await socket.heard()
        while "closed" not in told:
            told = await socket.heard()
        assert told == {"closed": SIGNED_OUT}

    over_socket(reader, edition, story)


@pytest.mark.parametrize(
    ("event", "code"), [("session.revoked", SIGNED_OUT), ("session.renewed", RENEWED)]
)
def test_a_page_hears_at_once_what_becomes_of_its_session(
    team: Team, reader: User, event: str, code: int
) -> None:
    edition = begun(team, 1)

    async def story(socket: Socket) -> None:
        await socket.heard()
        group = session_group(str(socket.session.session_key))
        await sync_to_async(broadcast)(group, {"type": event})
        assert await socket.heard() == {"closed": code}

    over_socket(reader, edition, story)


def test_the_document_of_the_sockets_has_its_close_codes_and_states() -> None:
    channel = document()["channels"]["editions"]
    codes = {SIGNED_OUT: "signed_out", NOT_FOUND: "not_found", RENEWED: "renewed"}
    assert {code: each["name"] for code, each in channel["x-close-codes"].items()} == codes
    fields = document()["components"]["messages"]["progress"]["payload"]["properties"]
    assert fields["state"]["enum"] == Edition.State.values
    assert list(fields["counts"]["properties"]) == Delivery.State.values
