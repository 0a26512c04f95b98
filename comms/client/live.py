"""What happens, as it happens: by the socket, or by requests that wait where something blocks sockets."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from comms.client import words
from comms.client.errors import ServerError, SignedOutError, UnreachableError
from comms.client.http import AGENT, Connection
from comms.wire.cbor import Value, decode, encode
from comms.wire.envelopes import LIMIT as ENVELOPE_LIMIT
from comms.wire.fields import array, octets, text, uint, uuid
from comms.wire.transcript import Head

OPEN, PING = 64, 71
_EPHEMERAL: Final = 73
_DRAFT: Final = 74
_EVENT_LIMIT: Final = 256 * 1024
_PING_EVERY: Final = 45.0
_PATIENCE: Final = 2
"""Sockets in a row that never got ready, before waiting requests are asked instead."""
_POLL_SECONDS: Final = 40.0
_SOCKET_AGAIN: Final = 60.0
_LONGEST_WAIT: Final = 15.0
_SIGNED_OUT, _NOT_A_MEMBER = 4401, 4404


@dataclass(frozen=True)
class Event:
    """`lost` says that the connection is gone for now; what was missed is fetched at the next `ready`."""

    kind: Literal["ready", "envelope", "epoch", "added", "revoked", "ephemeral", "draft", "lost"]
    thread: UUID | None = None
    head: Head = field(default_factory=Head)
    raw: bytes = b""
    way: Literal["socket", "polling", ""] = ""


def listen(connection: Connection, workspace: str, *, sockets: bool = True) -> Iterator[Event]:
    """Everything that happens in the person's threads, for ever.

    Raises SignedOutError, ServerError once the person is no member any more.
    """
    refused, wait = 0 if sockets else _PATIENCE, 0.5
    while True:
        if refused < _PATIENCE:
            was_ready = False
            for event in _socket(connection, workspace):
                was_ready = was_ready or event.kind == "ready"
                yield event
            refused = 0 if was_ready else refused + 1
            wait = 0.5 if was_ready else min(2 * wait, _LONGEST_WAIT)
            yield Event("lost")
            time.sleep(wait * (0.5 + random.random()))  # noqa: S311 -- spreads reconnecting, hides nothing
        else:
            yield from _polling(connection, workspace, seconds=_SOCKET_AGAIN if sockets else None)
            refused = _PATIENCE - 1


def _socket(connection: Connection, workspace: str) -> Iterator[Event]:
    """Events of one socket until it ends."""
    parts = urlsplit(connection.origin)
    scheme = "wss" if parts.scheme == "https" else "ws"
    address = urlunsplit((scheme, parts.netloc, "/ws/threads/", "", ""))
    try:
        with connect(
            address,
            origin=Origin(connection.origin),
            additional_headers={"Cookie": connection.cookie_header},
            user_agent_header=AGENT,
            compression=None,
            max_size=_EVENT_LIMIT,
            open_timeout=15,
        ) as socket:
            socket.send(encode({0: OPEN, 1: 1, 2: workspace}))
            yield from _heard(socket)
    except ConnectionClosed as error:
        _ended(error.rcvd.code if error.rcvd else 0)
    except (InvalidHandshake, WebSocketException, OSError, TimeoutError):
        return


def _heard(socket: ClientConnection) -> Iterator[Event]:
    due = time.monotonic() + _PING_EVERY
    while True:
        # Also while much is heard: the server gives up whoever only listens.
        if time.monotonic() >= due:
            socket.send(encode({0: PING, 1: 1}))
            due = time.monotonic() + _PING_EVERY
        try:
            data = socket.recv(timeout=max(0.0, due - time.monotonic()))
        except TimeoutError:
            continue
        if isinstance(data, bytes):
            event = read_event(data, "socket")
            if event is not None:
                yield event


def _ended(code: int) -> None:
    if code == _SIGNED_OUT:
        raise SignedOutError(words.SIGN_IN_AGAIN)
    if code == _NOT_A_MEMBER:
        raise ServerError(404, "not_found", "You are not a member of this workspace any more.")


def _polling(connection: Connection, workspace: str, *, seconds: float | None) -> Iterator[Event]:
    """Asks again and again, for so many seconds or for ever."""
    since, wait = "0" * 64, 1.0
    until = None if seconds is None else time.monotonic() + seconds
    while until is None or time.monotonic() < until:
        query = {"workspace": workspace, "since": since}
        try:
            data = connection.send("GET", "/ws/threads/poll/", query=query, seconds=_POLL_SECONDS)
        except UnreachableError:
            yield Event("lost")
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
            continue
        wait = 1.0
        rows, standing = array(decode(data, limit=16 * 1024 * 1024), 2)
        since = text(standing, 64, 64)
        for row in array(rows, 0, 1_000):
            event = read_event(octets(row, 1, _EVENT_LIMIT), "polling")
            if event is not None:
                yield event


def read_event(data: bytes, way: Literal["socket", "polling"]) -> Event | None:
    """None for a message that asks for nothing, as a pong. Raises WireError."""
    fields = decode(data, limit=_EVENT_LIMIT)
    if not isinstance(fields, dict):
        return None
    kind = uint(fields.get(0, 0))
    if kind == 65:
        return Event("ready", way=way)
    if kind == 66:
        head = Head(uint(_field(fields, 3), 1), octets(_field(fields, 4), 32))
        raw = octets(_field(fields, 5), 1, ENVELOPE_LIMIT)
        return Event("envelope", uuid(_field(fields, 2)), head, raw, way)
    if kind == _EPHEMERAL:
        raw = octets(_field(fields, 3), 1, ENVELOPE_LIMIT)
        return Event("ephemeral", uuid(_field(fields, 2)), raw=raw, way=way)
    if kind in {67, 68, 69, _DRAFT}:
        name = {67: "epoch", 68: "added", 69: "revoked", _DRAFT: "draft"}[kind]
        return Event(name, uuid(_field(fields, 2)), way=way)  # type: ignore[arg-type]  # one of the four above
    return None


def _field(fields: dict[int, Value], key: int) -> Value:
    return fields.get(key, b"")
