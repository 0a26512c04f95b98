"""Waiting for news without a socket: told what a socket would tell, gapless, and never to outsiders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from comms.accounts import services as accounts
from comms.accounts.models import Membership, User
from comms.accounts.selectors import SIGNED_IN_AT, session_group
from comms.core.realtime import broadcast
from comms.threads import messages, services
from comms.threads.consumers import polling
from comms.wire.cbor import decode
from comms.wire.roster import Role
from config.routing import waiting_urlpatterns
from tests import factories
from tests.threads.test_socket import Scene

pytestmark = pytest.mark.usefixtures("committed")

WAIT = 5
NOWHERE = "0" * 64


@pytest.fixture
def scene(committed: None) -> Scene:
    return Scene()


class Poll:
    """One request that waits."""

    def __init__(self, scene: Scene, user: User | AnonymousUser, session: SessionStore) -> None:
        self.scene = scene
        self.user = user
        self.session = session

    async def ask(self, since: str, workspace: str = "mission", method: str = "GET") -> None:
        query = urlencode({"workspace": workspace, "since": since}).encode()
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": "/ws/threads/poll/",
            "query_string": query,
            "headers": [],
            "user": self.user,
            "session": self.session,
        }
        communicator: Any = ApplicationCommunicator
        self.inner: Any = communicator(URLRouter(waiting_urlpatterns), scope)
        await self.inner.send_input({"type": "http.request", "body": b"", "more_body": False})

    async def waits(self) -> None:
        assert await self.inner.receive_nothing(timeout=0.3)

    async def answer(self) -> tuple[int, Any]:
        """The status and what was told: [[message, ...], standing], or nothing for a refusal."""
        start = await self.inner.receive_output(timeout=WAIT)
        body = await self.inner.receive_output(timeout=WAIT)
        assert (start["type"], body["type"]) == ("http.response.start", "http.response.body")
        assert (b"cache-control", b"no-store") in start["headers"]
        if start["status"] != 200:
            return start["status"], None
        told: Any = decode(body["body"], limit=1_000_000)
        return 200, [[decode(each, limit=1_000_000) for each in told[0]], told[1]]

    async def close(self) -> None:
        await self.inner.send_input({"type": "http.disconnect"})
        await self.inner.wait(WAIT)


def story(
    scene: Scene, tell: Callable[[Poll], Awaitable[None]], user: User | AnonymousUser | None = None
) -> None:
    """Lets `tell` ask as `user` (Dina if none), and ends the last request."""

    async def run() -> None:
        who = user or scene.dina
        poll = Poll(scene, who, await sync_to_async(factories.make_session)(who))
        try:
            await tell(poll)
        finally:
            await poll.close()
            await sync_to_async(connections.close_all)()

    asyncio.run(run())


async def do(act: Callable[[], object]) -> None:
    await sync_to_async(act)()


async def standing(poll: Poll) -> str:
    """Where the threads stand, as a page that has just opened is told."""
    await poll.ask(NOWHERE)
    status, told = await poll.answer()
    assert status == 200
    assert [each[0] for each in told[0]] == [messages.READY]
    await poll.close()
    return str(told[1])


def test_page_that_knows_nothing_is_answered_at_once(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        await poll.ask(NOWHERE)
        status, told = await poll.answer()
        assert status == 200
        (ready,) = told[0]
        assert [row[0] for row in ready[2]] == [scene.thread.id.bytes]

    story(scene, tell)


def test_waits_for_a_message_and_then_goes_on_from_there(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        for seq in (1, 2):
            await poll.ask(since)
            await poll.waits()
            raw = scene.world.seal(scene.ada, scene.thread)
            await do(lambda raw=raw: scene.world.post(scene.ada, scene.thread, raw))  # type: ignore[misc] # bound at once
            status, told = await poll.answer()
            assert status == 200
            assert [(each[0], each[3], each[5]) for each in told[0]] == [
                (messages.ENVELOPE, seq, raw)
            ]
            since = told[1]
            await poll.close()
        await poll.ask(since)
        await poll.waits()

    story(scene, tell)


def test_what_happens_between_two_requests_is_not_missed(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await do(lambda: scene.world.post(scene.ada, scene.thread))
        await poll.ask(since)
        _status, told = await poll.answer()
        (ready,) = told[0]
        assert (ready[0], ready[2][0][2]) == (messages.READY, 1)

    story(scene, tell)


def test_what_happens_together_is_told_together(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        await poll.waits()
        actor = await sync_to_async(factories.actor_of)(scene.dina, scene.workspace)

        def act() -> None:
            scene.world.post(scene.ada, scene.thread)
            services.mark_read(actor=actor, thread_id=scene.thread.id, seq=1)

        await do(act)
        heard: list[int] = []
        while len(heard) < 2:
            _status, told = await poll.answer()
            heard += [each[0] for each in told[0]]
            await poll.close()
            await poll.ask(told[1])
        assert heard == [messages.ENVELOPE, messages.READ]

    story(scene, tell)


def test_answers_empty_in_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "WAIT_SECONDS", 0.2)

    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        assert await poll.answer() == (200, [[], since])

    story(scene, tell)


def test_removed_member_is_told_and_hears_nothing_more(scene: Scene) -> None:
    world, ada = scene.world, scene.ada

    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        await poll.waits()
        rows = [world.row(ada, Role.OWNER)]
        await do(lambda: world.publish(ada, scene.thread, world.next(ada, scene.thread, rows)))
        _status, told = await poll.answer()
        assert messages.REVOKED in [each[0] for each in told[0]]
        await poll.close()
        since = await standing(poll)
        await poll.ask(since)
        await do(lambda: world.post(ada, scene.thread))
        await poll.waits()

    story(scene, tell)


def test_refuses_somebody_who_is_not_signed_in(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        await poll.ask(NOWHERE)
        assert await poll.answer() == (401, None)

    story(scene, tell, AnonymousUser())


def test_refuses_another_workspace(scene: Scene) -> None:
    factories.make_workspace("elsewhere", "Another Team")

    async def tell(poll: Poll) -> None:
        for workspace in ("elsewhere", "", "none"):
            await poll.ask(NOWHERE, workspace)
            assert await poll.answer() == (404, None)
            await poll.close()
        await poll.ask(NOWHERE, method="POST")
        assert await poll.answer() == (405, None)

    story(scene, tell)


def test_outsider_of_the_thread_hears_nothing(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        await do(lambda: scene.world.post(scene.ada, scene.thread))
        await poll.waits()

    story(scene, tell, scene.edgar)


def test_ends_with_the_session(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        await poll.waits()
        group = session_group(str(poll.session.session_key))
        await do(lambda: broadcast(group, {"type": "session.revoked"}))
        assert await poll.answer() == (401, None)

    story(scene, tell)


def test_answers_nobody_who_is_signed_in_for_too_long(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        poll.session[SIGNED_IN_AT] = 0.0
        await do(poll.session.save)
        await poll.ask(NOWHERE)
        assert await poll.answer() == (401, None)

    story(scene, tell)


def test_has_the_page_ask_again_when_the_session_has_another_key(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "RENEWAL_SECONDS", 0)

    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        await poll.waits()
        group = session_group(str(poll.session.session_key))
        await do(lambda: broadcast(group, {"type": "session.renewed"}))
        assert await poll.answer() == (200, [[], since])

    story(scene, tell)


def test_hears_of_an_epoch_that_became_due_between_two_requests(scene: Scene) -> None:
    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await do(lambda: scene.world.replace(scene.ada))
        await poll.ask(since)
        status, told = await poll.answer()
        assert (status, told[0][0][0]) == (200, messages.READY)

    story(scene, tell)


def test_ends_with_the_membership(scene: Scene) -> None:
    ada = factories.actor_of(scene.ada, scene.workspace)
    place = Membership.objects.get(workspace=scene.workspace, user=scene.dina)

    async def tell(poll: Poll) -> None:
        since = await standing(poll)
        await poll.ask(since)
        await poll.waits()
        await do(lambda: accounts.remove_member(actor=ada, membership_id=place.id))
        assert await poll.answer() == (404, None)

    story(scene, tell)
