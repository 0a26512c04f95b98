"""What a guest's page asks for: with a pass it is let into one thread, and never by a session."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.db import connections
from django.test import Client
from django.utils import timezone

from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.threads import messages
from comms.threads.consumers import MALFORMED, NOT_A_MEMBER, SIGNED_OUT
from comms.threads.models import Guest, Thread
from comms.wire import guests as wire
from comms.wire.bodies import TextBody
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import make_envelope
from comms.wire.roster import Role
from config.routing import waiting_urlpatterns, websocket_urlpatterns
from tests.threads.guest_world import Visitor, invite
from tests.threads.socket_document import check_told
from tests.threads.test_endpoints import CBOR, AsUser, read
from tests.threads.test_socket import Scene
from tests.threads.world import World

WAIT = 5


@pytest.fixture
def visitor(world: World, thread: Thread, ada: User, dina: User) -> Visitor:
    return invite(world, thread, ada, [world.row(dina)])


def base(visitor: Visitor) -> str:
    return f"/g/mission/{visitor.id}/"


def knock(client: Client, visitor: Visitor, **headers: str) -> Any:
    """The way of the page's script, over HTTP; the answer to the signed challenge."""
    asked = client.post(f"{base(visitor)}challenge", encode([]), content_type=CBOR)
    assert asked.status_code == 201
    thread, nonce, with_code, is_opened = read(asked)
    assert (thread, with_code, is_opened) == (visitor.thread.id.bytes, 0, 0)
    place = wire.GuestChallenge(
        visitor.thread.id, visitor.id, visitor.seeds.public.fingerprint, nonce, "http://testserver"
    )
    body = encode([wire.encode_challenge(place), wire.sign_challenge(place, visitor.seeds)])
    return client.post(
        f"{base(visitor)}pass",
        body,
        content_type=CBOR,
        headers={"Origin": "http://testserver", **headers},
    )


@pytest.mark.parametrize("origin", ["", "http://elsewhere.example", "http://[", "null"])
def test_no_pass_for_another_page(visitor: Visitor, client: Client, origin: str) -> None:
    answer = knock(client, visitor, Origin=origin)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def carrying(text: str) -> dict[str, str]:
    return {"Authorization": f"Guest {text}"}


def test_page_says_nothing_of_the_link(visitor: Visitor, client: Client) -> None:
    known = client.get(base(visitor))
    # Nor of the workspace: no page tells whether there is one of this name.
    for other in (f"/g/mission/{uuid4()}/", f"/g/nowhere/{visitor.id}/"):
        unknown = client.get(other)
        assert (known.status_code, unknown.status_code) == (200, 200)
        assert b"Mission to the Talks" not in unknown.content
    assert known["Referrer-Policy"] == "no-referrer"
    assert "trusted-types" in known["Content-Security-Policy"]
    assert b"Mission to the Talks" not in known.content
    assert not client.cookies.get("sessionid")


def test_comes_in_reads_and_writes(
    world: World, thread: Thread, visitor: Visitor, ada: User, dina: User
) -> None:
    client = Client(enforce_csrf_checks=True)
    (text,) = read(knock(client, visitor))
    raw, fresh = visitor.successor()
    answer = client.post(f"{base(visitor)}keys", raw, content_type=CBOR, headers=carrying(text))
    (text,) = read(answer)
    visitor.seeds = world.seeds[visitor.id] = fresh
    with in_workspace(visitor.workspace_id):
        thread.refresh_from_db()
    visitor.publish([world.row(ada, Role.OWNER), world.row(dina), visitor.row])
    address = f"{base(visitor)}{thread.id}/"
    header = world.header(visitor.someone, thread)
    key = world.epochs[thread.id][-1].key
    envelope = make_envelope(header, TextBody("hello"), key=key, seeds=fresh)
    posted = client.post(f"{address}envelopes", envelope, content_type=CBOR, headers=carrying(text))
    assert (posted.status_code, read(posted)[0]) == (201, 1)
    for part in ("epochs", "envelopes", "people", "guests", "leaves", "receipts", "draft"):
        assert client.get(address + part, headers=carrying(text)).status_code == 200, part
    assert client.put(f"{address}epochs", headers=carrying(text)).status_code == 405


def test_a_session_opens_nothing_here(
    thread: Thread, visitor: Visitor, ada: User, as_user: AsUser
) -> None:
    answer = as_user(ada).get(f"{base(visitor)}{thread.id}/envelopes")
    assert (answer.status_code, answer.json()["code"]) == (401, "guest_signed_out")


def test_a_pass_opens_no_other_thread_and_no_members_address(
    world: World, visitor: Visitor, ada: User, dina: User, client: Client
) -> None:
    (text,) = read(knock(client, visitor))
    other = world.open(ada, dina)
    assert (
        client.get(f"{base(visitor)}{other.id}/envelopes", headers=carrying(text)).status_code
        == 404
    )
    address = f"/w/mission/threads/{visitor.thread.id}/envelopes"
    assert client.get(address, headers=carrying(text)).status_code == 401
    assert (
        client.get("/api/v1/workspaces/mission/threads", headers=carrying(text)).status_code == 401
    )


def test_a_challenge_signed_on_another_page_is_refused(visitor: Visitor, client: Client) -> None:
    assert knock(client, visitor, Origin="https://elsewhere.example").status_code == 422


@pytest.mark.parametrize("body", [b"", b"\xf6", encode([]), encode([1, 2]), encode([b"", b""])])
def test_refuses_what_it_can_not_read(visitor: Visitor, client: Client, body: bytes) -> None:
    answer = client.post(f"{base(visitor)}pass", body, content_type=CBOR)
    assert answer.status_code == 422


def test_tries_are_limited(visitor: Visitor, client: Client) -> None:
    answers = [
        client.post(f"{base(visitor)}challenge", encode([]), content_type=CBOR).status_code
        for _ in range(31)
    ]
    assert answers == [201] * 30 + [429]


def test_members_list_and_make_links_over_http(
    world: World, thread: Thread, ada: User, dina: User, as_user: AsUser
) -> None:
    link = Visitor(world, thread, wire.new_link_secret(), "", int(time.time() * 1000) + 3_600_000)
    body = encode([link.first, link.expires, 0, 1, b"sealed"])
    address = f"/w/mission/threads/{thread.id}/guests"
    answer = as_user(ada).post(address, body, content_type=CBOR)
    assert (answer.status_code, read(answer)) == (201, [link.id.bytes])
    assert as_user(dina).post(address, body, content_type=CBOR).status_code == 403
    (row,) = read(as_user(dina).get(address))
    assert row == [link.id.bytes, link.expires, 0, 0, 0, 1, b"sealed"]


# Live, on a database that is really committed.


class GuestSocket:
    def __init__(self) -> None:
        app: Any = URLRouter(websocket_urlpatterns)
        scope = {"type": "websocket", "path": "/ws/guests/", "headers": [], "query_string": b""}
        communicator: Any = ApplicationCommunicator
        self.link = communicator(app, scope)

    async def say(self, data: bytes) -> None:
        await self.link.send_input({"type": "websocket.receive", "bytes": data})

    async def hear(self) -> Any:
        answer = await self.link.receive_output(timeout=WAIT)
        if "bytes" not in answer:
            return answer
        told: Any = decode(answer["bytes"], limit=100_000)
        check_told("tellGuest", told)
        return told

    async def connect(self) -> None:
        await self.link.send_input({"type": "websocket.connect"})
        assert (await self.hear())["type"] == "websocket.accept"

    async def close(self) -> None:
        await self.link.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.link.wait(timeout=WAIT)
        await sync_to_async(connections.close_all)()


def opening(visitor: Visitor, text: str) -> bytes:
    return messages.message(messages.GUEST, "mission", visitor.id.bytes, text)


def on_socket(story: Callable[[GuestSocket], Any]) -> None:
    async def run() -> None:
        socket = GuestSocket()
        await socket.connect()
        try:
            await story(socket)
        finally:
            await socket.close()

    asyncio.run(run())


@pytest.fixture
def scene(committed: None) -> Scene:
    return Scene()


@pytest.fixture
def seated(scene: Scene) -> Visitor:
    return invite(scene.world, scene.thread, scene.ada, [scene.world.row(scene.dina)])


async def apart(work: Callable[[], Any]) -> None:
    """In a thread with a connection of its own, which is closed."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    await asyncio.to_thread(run)


def test_hears_the_thread_and_that_they_are_out(scene: Scene, seated: Visitor) -> None:
    text = seated.enter()
    world, thread = scene.world, scene.thread

    async def story(socket: GuestSocket) -> None:
        await socket.say(opening(seated, text))
        ready = await socket.hear()
        assert (ready[0], [row[0] for row in ready[2]]) == (messages.READY, [thread.id.bytes])
        await apart(lambda: world.post(scene.ada, scene.refreshed()))
        assert (await socket.hear())[0] == messages.ENVELOPE
        rows = [world.row(scene.ada, Role.OWNER), world.row(scene.dina)]
        await apart(
            lambda: world.publish(scene.ada, thread, world.next(scene.ada, scene.refreshed(), rows))
        )
        kinds = [(await socket.hear())[0]]
        if kinds == [messages.EPOCH]:
            kinds.append((await socket.hear())[0])
        assert kinds[-1] == messages.REVOKED
        await socket.say(messages.message(messages.PING))
        closed = await socket.hear()
        assert (closed["type"], closed["code"]) == ("websocket.close", NOT_A_MEMBER)

    on_socket(story)


def test_hears_nothing_once_the_time_is_up(scene: Scene, seated: Visitor) -> None:
    text = seated.enter()
    with in_workspace(seated.workspace_id):
        soon = timezone.now() + datetime.timedelta(seconds=1)
        Guest.objects.filter(id=seated.id).update(expires_at=soon)

    async def story(socket: GuestSocket) -> None:
        await socket.say(opening(seated, text))
        assert (await socket.hear())[0] == messages.READY
        closed = await socket.hear()
        assert (closed["type"], closed["code"]) == ("websocket.close", NOT_A_MEMBER)

    on_socket(story)


@pytest.mark.parametrize("text", ["", "wrong", "x" * 299])
def test_a_socket_without_a_pass_is_closed(scene: Scene, seated: Visitor, text: str) -> None:
    async def story(socket: GuestSocket) -> None:
        await socket.say(opening(seated, text))
        assert (await socket.hear())["code"] == (SIGNED_OUT if text else MALFORMED)

    on_socket(story)


@pytest.mark.parametrize("told", ["pass", "nothing"])
def test_asks_again_and_again_where_sockets_are_blocked(
    scene: Scene, seated: Visitor, told: str
) -> None:
    text = seated.enter() if told == "pass" else ""

    async def run() -> Any:
        query = f"workspace=mission&guest={seated.id}&since={'0' * 64}".encode()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/ws/guests/poll/",
            "query_string": query,
            "headers": [(b"authorization", f"Guest {text}".encode())],
        }
        communicator: Any = ApplicationCommunicator
        link = communicator(URLRouter(waiting_urlpatterns), scope)
        await link.send_input({"type": "http.request", "body": b"", "more_body": False})
        start = await link.receive_output(timeout=WAIT)
        body = await link.receive_output(timeout=WAIT)
        await link.send_input({"type": "http.disconnect"})
        await link.wait(timeout=WAIT)
        await sync_to_async(connections.close_all)()
        return start["status"], body["body"]

    status, body = asyncio.run(run())
    if told == "nothing":
        assert status == 401
        return
    answer: Any = decode(body, limit=100_000)
    ready: Any = decode(answer[0][0], limit=100_000)
    assert (status, ready[0], ready[2][0][0]) == (200, messages.READY, scene.thread.id.bytes)
