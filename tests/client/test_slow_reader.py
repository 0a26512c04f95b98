"""Somebody who takes nothing from their socket: it is closed, nothing piles up, nobody else waits, nothing is lost."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from channels.layers import get_channel_layer
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from comms.client.app import App
from comms.client.conversation import Conversation
from comms.client.errors import SignedOutError
from comms.client.live import Event, listen
from comms.client.rotation import now
from comms.client.store import Home
from comms.threads.consumers import TOO_SLOW, base, outgoing
from comms.wire.bodies import TEXT_LIMIT, TextBody
from comms.wire.cbor import decode, encode
from comms.wire.envelopes import Class, Header, make_envelope
from tests.client.conftest import Terminal
from tests.stack.patience import eventually

Terminals = Callable[..., Terminal]

POSTS_LIMIT = 200
BOUND = 256 * 1024
SMALLEST = 4096
LIMIT = 256 * 1024


@pytest.fixture
def narrow(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets of the client take little by themselves, and the server holds little for each."""

    def connect_narrowly(*words: Any, **named: Any) -> Any:
        end = socket.socket()
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALLEST)
        end.connect(("127.0.0.1", int(address.rpartition(":")[2])))
        return connect(*words, sock=end, max_queue=1, **named)

    honest = WebSocketsSansIOProtocol.connection_made

    def hold_little(self: WebSocketsSansIOProtocol, transport: Any) -> None:
        end = transport.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALLEST)
        honest(self, transport)

    monkeypatch.setattr(WebSocketsSansIOProtocol, "connection_made", hold_little)
    monkeypatch.setattr("comms.client.live.connect", connect_narrowly)
    monkeypatch.setattr(outgoing, "WAITING_BYTES", BOUND)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The codes with which the server has ended sockets."""
    found: list[int] = []
    honest = base.SocketConsumer.end

    def end(self: base.SocketConsumer, code: int) -> None:
        found.append(code)
        honest(self, code)

    monkeypatch.setattr(base.SocketConsumer, "end", end)
    return found


def queues() -> list[int]:
    """How many events wait for each socket of this process to take them."""
    layers = list(get_channel_layer()._layers.values())
    return [queue.qsize() for layer in layers for queue in list(layer.channels.values())]


def opened(terminal: Terminal, thread: str) -> tuple[App, Conversation]:
    app = App(Home(terminal.home))
    return app, app.conversation(thread)


def post(socket: ClientConnection, conversation: Conversation, number: int) -> str:
    """A message as long as one may be, once it is written; its text."""
    text = f"{number} ".ljust(TEXT_LIMIT, ".")
    epoch, seen = conversation.epochs.newest, conversation.head
    assert epoch.key is not None
    keys = conversation.keys
    header = Header(
        thread=conversation.thread,
        epoch=epoch.record.hash,
        sender=keys.user,
        client=os.urandom(16),
        counter=1,
        written_at=now(),
        seen=seen,
        klass=Class.STORED,
    )
    raw = make_envelope(header, TextBody(text), key=epoch.key, seeds=keys.seeds)
    socket.send(encode({0: 76, 1: 1, 2: number, 3: conversation.thread.bytes, 4: raw}))
    while True:
        data = socket.recv(timeout=20)
        assert isinstance(data, bytes)
        answer = decode(data, limit=LIMIT)
        if isinstance(answer, dict) and answer[0] == 77:
            assert (answer[2], answer[3]) == (number, number)
            return text


def take(conversation: Conversation, event: Event) -> None:
    """As `follow` does."""
    if event.kind == "ready":
        conversation.catch_up()
    elif event.kind == "envelope" and event.thread == conversation.thread:
        conversation.receive(event.head, event.raw)


def texts(conversation: Conversation) -> list[str]:
    conversation.reach(lambda: False)
    return [getattr(item.message.body, "text", "") for item in conversation.talk.items]


@pytest.mark.usefixtures("narrow")
def test_who_takes_nothing_is_closed_and_has_everything_afterwards(
    terminal: Terminals, ends: list[int]
) -> None:
    dina, pavel = terminal("dina"), terminal("pavel")
    thread = dina.done("new", "A flood", "--with", "Pavel").data["id"]
    app, speaking = opened(dina, thread)
    slow_app, slow = opened(pavel, thread)
    heard: list[int] = []
    follower = threading.Thread(target=hear, args=(app, thread, heard), daemon=True)
    follower.start()
    events = listen(slow_app.connection, "talks")
    assert next(events).kind == "ready"
    eventually(lambda: 0 in heard)
    sent: list[str] = []
    with spoken(app) as socket:
        while not ends and len(sent) < POSTS_LIMIT:
            sent.append(post(socket, speaking, len(sent) + 1))
            # Nothing stays in the queues that have no bound.
            eventually(lambda: not any(queues()))
        assert ends == [TOO_SLOW]
        # Others hear everything at once, also what comes afterwards.
        sent.append(post(socket, speaking, len(sent) + 1))
    eventually(lambda: len(sent) in heard)
    assert heard == list(range(len(sent) + 1))
    # The slow one reads at last: what was under way, then that the connection is gone, then the rest.
    kinds: list[str] = []
    for event in events:
        take(slow, event)
        kinds.append(event.kind)
        if event.kind == "ready":
            break
    assert kinds[-2:] == ["lost", "ready"]
    assert kinds.count("envelope") < len(sent)
    assert texts(slow) == sent
    assert ends == [TOO_SLOW]
    del events  # closes its socket
    dina.done("sign-out")
    follower.join(20)
    assert not follower.is_alive()


@contextlib.contextmanager
def spoken(app: App) -> Iterator[ClientConnection]:
    """A socket to post by."""
    origin = app.connection.origin
    with connect(
        origin.replace("http", "ws", 1) + "/ws/threads/",
        origin=Origin(origin),
        additional_headers={"Cookie": app.connection.cookie_header},
        compression=None,
        max_size=LIMIT,
    ) as socket:
        socket.send(encode({0: 64, 1: 1, 2: "talks"}))
        yield socket


def hear(app: App, thread: str, heard: list[int]) -> None:
    """Collects the places that somebody who reads is told, after a 0 for `ready`."""
    # Signing out ends it.
    with contextlib.suppress(SignedOutError):
        for event in listen(app.connection, "talks"):
            if event.kind == "ready":
                heard.append(0)
            elif event.thread == UUID(thread):
                heard.append(event.head.seq)
