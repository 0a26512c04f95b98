"""The socket: who hears what, and who stops hearing it."""

from __future__ import annotations

import asyncio
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

from comms.accounts import services as accounts
from comms.accounts.models import Membership, User, Workspace
from comms.accounts.selectors import SIGNED_IN_AT, session_group
from comms.core import realtime
from comms.core.actors import Role as WorkspaceRole
from comms.core.realtime import broadcast
from comms.core.tenancy import in_workspace
from comms.threads import messages, services
from comms.threads.consumers import MALFORMED, NOT_A_MEMBER, SIGNED_OUT
from comms.threads.consumers import socket as consumer
from comms.threads.consumers.base import RENEWED
from comms.threads.models import Thread
from comms.wire.cbor import decode, encode
from comms.wire.hashing import sha256
from comms.wire.roster import Role
from comms.wire.transcript import Head
from config.routing import websocket_urlpatterns
from tests import factories
from tests.threads.socket_document import check_told
from tests.threads.world import World

pytestmark = pytest.mark.usefixtures("committed")

WAIT = 5


class Scene:
    """A thread of Ada and Dina in a workspace with Edgar, really committed."""

    def __init__(self) -> None:
        self.workspace = factories.make_workspace("mission", "Mission to the Talks")
        self.ada = self._person("ada", WorkspaceRole.ADMIN)
        self.dina = self._person("dina", WorkspaceRole.DIPLOMAT)
        self.edgar = self._person("edgar", WorkspaceRole.EDITOR)
        self.world = World(self.workspace)
        for user in (self.ada, self.dina, self.edgar):
            self.world.keys(user)
        self.thread = self.world.open(self.ada, self.dina)

    def _person(self, name: str, role: WorkspaceRole) -> User:
        return factories.make_member(self.workspace, f"{name}@example.org", name.title(), role)

    def refreshed(self) -> Thread:
        with in_workspace(self.workspace.id):
            self.thread.refresh_from_db()
        return self.thread


@pytest.fixture
def scene(committed: None) -> Scene:
    return Scene()


def talk(
    scene: Scene, story: Callable[[Socket], Awaitable[None]], user: User | None = None
) -> None:
    """Opens a socket for `user` (Dina if none), lets `story` use it, and closes it."""

    async def run() -> None:
        socket = Socket(scene, user or scene.dina)
        await socket.connect()
        try:
            await story(socket)
        finally:
            await socket.close()

    asyncio.run(run())


class Socket:
    def __init__(self, scene: Scene, user: User | AnonymousUser) -> None:
        self.scene = scene
        self.user = user

    async def connect(self) -> None:
        self.session = await sync_to_async(factories.make_session)(self.user)
        scope = {
            "type": "websocket",
            "path": "/ws/threads/",
            "user": self.user,
            "session": self.session,
        }
        communicator: Any = ApplicationCommunicator
        self.inner: Any = communicator(URLRouter(websocket_urlpatterns), scope)
        await self.inner.send_input({"type": "websocket.connect"})
        assert (await self.output())["type"] == "websocket.accept"

    async def output(self) -> Any:
        return await self.inner.receive_output(timeout=WAIT)

    async def open(self, slug: str = "mission") -> Any:
        await self.say(encode({0: messages.OPEN, 1: 1, 2: slug}))
        return await self.hear(messages.READY)

    async def say(self, data: bytes) -> None:
        await self.inner.send_input({"type": "websocket.receive", "bytes": data})

    async def hear(self, kind: int) -> Any:
        """The next message, which must be of this kind."""
        value = await self.next()
        assert value[0] == kind
        return value

    async def next(self) -> Any:
        output = await self.output()
        assert output["type"] == "websocket.send", output
        told: Any = decode(output["bytes"], limit=1_000_000)
        check_told("tellMember", told)
        return told

    async def is_closed_with(self, code: int) -> None:
        output = await self.output()
        assert (output["type"], output.get("code")) == ("websocket.close", code)

    async def do(self, act: Callable[[], object]) -> None:
        await sync_to_async(act)()

    async def close(self) -> None:
        await self.inner.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.inner.wait(WAIT)
        # The thread that the consumer's queries ran in keeps its connection otherwise.
        await sync_to_async(connections.close_all)()


def test_member_hears_envelopes_whole_and_in_order(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        ready = await socket.open()
        assert [row[0] for row in ready[2]] == [scene.thread.id.bytes]
        for seq in (1, 2):
            raw = scene.world.seal(scene.ada, scene.thread)
            await socket.do(lambda raw=raw: scene.world.post(scene.ada, scene.thread, raw))  # type: ignore[misc] # bound at once
            heard = await socket.hear(messages.ENVELOPE)
            assert (heard[2], heard[3], heard[5]) == (scene.thread.id.bytes, seq, raw)

    talk(scene, story)


def test_sending_the_same_again_is_not_told_twice(scene: Scene) -> None:
    raw = scene.world.seal(scene.ada, scene.thread)

    async def story(socket: Socket) -> None:
        await socket.open()
        await socket.do(lambda: scene.world.post(scene.ada, scene.thread, raw))
        await socket.do(lambda: scene.world.post(scene.ada, scene.thread, raw))
        await socket.hear(messages.ENVELOPE)
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.hear(messages.PONG)

    talk(scene, story)


def test_outsider_of_the_thread_hears_nothing(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        assert (await socket.open())[2] == []
        await socket.do(lambda: scene.world.post(scene.ada, scene.thread))
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.hear(messages.PONG)

    talk(scene, story, scene.edgar)


def test_new_thread_is_told_and_heard_from_then_on(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()
        made: list[Thread] = []
        await socket.do(lambda: made.append(scene.world.open(scene.ada, scene.dina)))
        assert (await socket.hear(messages.ADDED))[2] == made[0].id.bytes
        await socket.do(lambda: scene.world.post(scene.ada, made[0]))
        assert (await socket.hear(messages.ENVELOPE))[2] == made[0].id.bytes

    talk(scene, story)


def test_removed_member_is_told_and_hears_nothing_more(scene: Scene) -> None:
    world, ada = scene.world, scene.ada

    async def story(socket: Socket) -> None:
        await socket.open()
        rows = [world.row(ada, Role.OWNER)]
        await socket.do(
            lambda: world.publish(ada, scene.thread, world.next(ada, scene.thread, rows))
        )
        last = await socket.next()
        if last[0] != messages.REVOKED:  # the epoch itself may come first
            last = await socket.next()
        assert (last[0], last[2]) == (messages.REVOKED, scene.thread.id.bytes)
        await socket.do(lambda: world.post(ada, scene.thread))
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.hear(messages.PONG)

    talk(scene, story)


def test_what_was_never_told_is_made_good_at_the_next_ping(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()
        # The process ends between the commit and the telling.
        monkeypatch.setattr(realtime, "_send", lambda _group, _message: None)
        made: list[Thread] = []
        await socket.do(lambda: scene.world.post(scene.ada, scene.thread))
        await socket.do(lambda: made.append(scene.world.open(scene.ada, scene.dina)))
        monkeypatch.undo()
        await socket.say(encode({0: messages.PING, 1: 1}))
        told = {row[0]: row[2] for row in (await socket.hear(messages.READY))[2]}
        assert told == {scene.thread.id.bytes: 1, made[0].id.bytes: 0}
        await socket.hear(messages.PONG)
        await socket.do(lambda: scene.world.post(scene.ada, made[0]))
        assert (await socket.hear(messages.ENVELOPE))[2] == made[0].id.bytes
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.hear(messages.PONG)

    talk(scene, story)


def test_who_was_taken_out_untold_hears_it_at_the_next_ping(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, rows = scene.world, [scene.world.row(scene.ada, Role.OWNER)]

    async def story(socket: Socket) -> None:
        await socket.open()
        monkeypatch.setattr(realtime, "_send", lambda _group, _message: None)
        made = await sync_to_async(world.next)(scene.ada, scene.thread, rows)
        await socket.do(lambda: world.publish(scene.ada, scene.thread, made))
        monkeypatch.undo()
        await socket.say(encode({0: messages.PING, 1: 1}))
        assert (await socket.hear(messages.REVOKED))[2] == scene.thread.id.bytes
        await socket.hear(messages.PONG)

    talk(scene, story)


def test_reading_is_told_to_ones_own_sockets_only(scene: Scene) -> None:
    actor = factories.actor_of(scene.ada, scene.workspace)

    async def story(socket: Socket) -> None:
        await socket.open()
        await socket.do(lambda: scene.world.post(scene.ada, scene.thread))
        await socket.hear(messages.ENVELOPE)
        await socket.do(lambda: services.mark_read(actor=actor, thread_id=scene.thread.id, seq=1))
        own = factories.actor_of
        dina = await sync_to_async(own)(scene.dina, scene.workspace)
        await socket.do(lambda: services.mark_read(actor=dina, thread_id=scene.thread.id, seq=1))
        heard = await socket.hear(messages.READ)
        assert (heard[2], heard[3]) == (scene.thread.id.bytes, 1)
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.hear(messages.PONG)

    talk(scene, story)


def test_closes_for_somebody_who_is_not_signed_in(scene: Scene) -> None:
    async def run() -> None:
        socket = Socket(scene, AnonymousUser())
        await socket.connect()
        await socket.is_closed_with(SIGNED_OUT)
        await socket.close()

    asyncio.run(run())


def test_closes_for_another_workspace(scene: Scene) -> None:
    factories.make_workspace("elsewhere", "Another Team")

    async def story(socket: Socket) -> None:
        await socket.say(encode({0: messages.OPEN, 1: 1, 2: "elsewhere"}))
        await socket.is_closed_with(NOT_A_MEMBER)

    talk(scene, story)


@pytest.mark.parametrize("data", [b"", b"\xf6", b"\xa0", encode({0: 99, 1: 1}), bytes(1000)])
def test_closes_on_what_it_does_not_know(scene: Scene, data: bytes) -> None:
    async def story(socket: Socket) -> None:
        await socket.say(data)
        await socket.is_closed_with(MALFORMED)

    talk(scene, story)


def test_closes_when_the_session_is_ended(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()
        group = session_group(str(socket.session.session_key))
        await socket.do(lambda: broadcast(group, {"type": "session.revoked"}))
        await socket.is_closed_with(SIGNED_OUT)

    talk(scene, story)


def test_asks_to_open_again_when_the_session_has_another_key(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()

        def another_key() -> None:
            with accounts.session_renewed(socket.session):
                socket.session.cycle_key()

        await socket.do(another_key)
        await socket.is_closed_with(RENEWED)

    talk(scene, story)


def test_closes_when_the_session_is_gone_at_the_next_ping(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()
        await socket.do(socket.session.delete)
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.is_closed_with(SIGNED_OUT)

    talk(scene, story)


def test_closes_at_the_next_ping_once_signed_in_for_longer_than_allowed(scene: Scene) -> None:
    def signed_in(session: SessionStore, hours_ago: float) -> None:
        session[SIGNED_IN_AT] = time.time() - 3600 * hours_ago
        session.save()

    async def story(socket: Socket) -> None:
        hours = scene.workspace.session_hours
        await socket.do(lambda: signed_in(socket.session, hours - 0.1))
        await socket.open()
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.hear(messages.PONG)
        # An administrator asks for shorter sessions while the page is open.
        await socket.do(lambda: stricter(scene.workspace, hours // 2))
        await socket.say(encode({0: messages.PING, 1: 1}))
        await socket.is_closed_with(SIGNED_OUT)

    def stricter(workspace: Workspace, hours: int) -> None:
        Workspace.objects.filter(id=workspace.id).update(session_hours=hours)

    talk(scene, story)


def test_opens_for_nobody_who_is_signed_in_for_too_long(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        socket.session[SIGNED_IN_AT] = 0.0
        await socket.do(socket.session.save)
        await socket.say(encode({0: messages.OPEN, 1: 1, 2: "mission"}))
        await socket.is_closed_with(SIGNED_OUT)

    talk(scene, story)


def test_the_others_hear_that_a_key_is_due_when_a_membership_ends(scene: Scene) -> None:
    ada = factories.actor_of(scene.ada, scene.workspace)
    place = Membership.objects.get(workspace=scene.workspace, user=scene.dina)

    async def story(socket: Socket) -> None:
        await socket.open()
        await socket.do(lambda: accounts.remove_member(actor=ada, membership_id=place.id))
        assert (await socket.hear(messages.EPOCH))[2] == scene.thread.id.bytes

    talk(scene, story, scene.ada)


def test_closes_when_the_membership_ends(scene: Scene) -> None:
    ada = factories.actor_of(scene.ada, scene.workspace)
    place = Membership.objects.get(workspace=scene.workspace, user=scene.dina)

    async def story(socket: Socket) -> None:
        await socket.open()
        await socket.do(lambda: accounts.remove_member(actor=ada, membership_id=place.id))
        await socket.is_closed_with(NOT_A_MEMBER)

    talk(scene, story)


def post(thread: Thread, ref: int, raw: bytes) -> bytes:
    return encode({0: messages.POST, 1: 1, 2: ref, 3: thread.id.bytes, 4: raw})


async def answers(socket: Socket, count: int) -> dict[int, Any]:
    """The answers to so many posts, by their reference, whatever is heard between."""
    found: dict[int, Any] = {}
    while len(found) < count:
        value = await socket.next()
        if value[0] in {messages.POSTED, messages.DECLINED}:
            found[value[2]] = value
    return found


def test_envelopes_are_posted_and_answered_with_their_place(scene: Scene) -> None:
    raws = [scene.world.seal(scene.dina, scene.thread) for _ in range(100)]

    async def story(socket: Socket) -> None:
        await socket.open()
        for ref, raw in enumerate(raws):
            await socket.say(post(scene.thread, ref, raw))
        found = await answers(socket, len(raws))
        assert [found[ref][3] for ref in range(len(raws))] == list(range(1, len(raws) + 1))
        # The same again stands where it stood.
        await socket.say(post(scene.thread, 500, raws[6]))
        again = (await answers(socket, 1))[500]
        assert (again[3], again[4]) == (found[6][3], found[6][4])

    talk(scene, story)
    head = Head()
    for raw in raws:
        head = head.after(sha256(raw))
    assert (scene.refreshed().seq, bytes(scene.thread.t)) == (head.seq, head.t)


def test_what_is_refused_is_declined_and_holds_nobody_up(scene: Scene) -> None:
    good, forged = (scene.world.seal(scene.dina, scene.thread) for _ in range(2))
    of_ada = scene.world.seal(scene.ada, scene.thread)
    elsewhere = scene.world.open(scene.ada)

    async def story(socket: Socket) -> None:
        await socket.open()
        for ref, (thread, raw) in enumerate(
            (
                (scene.thread, forged[:-1] + bytes([forged[-1] ^ 1])),
                (scene.thread, b"nothing"),
                (scene.thread, of_ada),
                (elsewhere, good),
                (scene.thread, good),
            )
        ):
            await socket.say(post(thread, ref, raw))
        found = await answers(socket, 5)
        kinds = [found[ref][0] for ref in range(5)]
        assert kinds == [messages.DECLINED] * 4 + [messages.POSTED]

    talk(scene, story)
    assert scene.refreshed().seq == 1


def test_outsider_posts_nothing(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        await socket.open()
        await socket.say(post(scene.thread, 1, scene.world.seal(scene.edgar, scene.thread)))
        assert (await answers(socket, 1))[1][0] == messages.DECLINED

    talk(scene, story, scene.edgar)
    assert scene.refreshed().seq == 0


def test_nothing_is_taken_before_the_socket_is_open(scene: Scene) -> None:
    async def story(socket: Socket) -> None:
        await socket.say(post(scene.thread, 1, scene.world.seal(scene.dina, scene.thread)))
        await socket.open()

    talk(scene, story)
    assert scene.refreshed().seq == 0


def test_who_posts_all_the_time_is_looked_at_like_anybody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "LOOK_AGAIN_SECONDS", 0)

    async def story(socket: Socket) -> None:
        await socket.open()
        await sync_to_async(socket.session.delete)()
        await socket.say(post(scene.thread, 1, scene.world.seal(scene.dina, scene.thread)))
        await socket.is_closed_with(SIGNED_OUT)

    talk(scene, story)
    assert scene.refreshed().seq == 0


def test_a_batch_that_cannot_be_written_is_declined(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_given: object) -> None:
        raise OSError("no database")

    async def story(socket: Socket) -> None:
        await socket.open()
        with monkeypatch.context() as broken:
            broken.setattr(services, "post_envelopes", fail)
            await socket.say(post(scene.thread, 1, scene.world.seal(scene.dina, scene.thread)))
            assert (await answers(socket, 1))[1][0] == messages.DECLINED
        await socket.say(post(scene.thread, 2, scene.world.seal(scene.dina, scene.thread)))
        assert (await answers(socket, 1))[2][0] == messages.POSTED

    talk(scene, story)
