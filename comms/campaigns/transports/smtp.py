"""One SMTP connection (RFC 5321), made for many messages: PIPELINING (RFC 2920) where the server offers it.

Written here and not taken from aiosmtplib, whose sendmail waits for four answers a message: with PIPELINING
the next message's envelope travels with this one's text, so that a message costs one round trip
(docs/decisions/0040-own-smtp-client.md says why).
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from comms.campaigns.transports.base import Message, TransportDownError

# RFC 5321, 4.5.3.2: minima for the client. Giving up on the final answer early would make doubles.
GREETING_SECONDS = 60.0
COMMAND_SECONDS = 300.0
TEXT_SECONDS = 600.0
_REPLY_LINES = 100
_REPLY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect. `secret` is left out of every representation."""

    host: str
    port: int
    starttls: bool = False
    implicit_tls: bool = False
    user: str = ""
    secret: str = field(default="", repr=False)
    local_name: str = "localhost"
    connect_seconds: float = 15.0


class Reply(NamedTuple):
    """A server's answer."""

    code: int
    text: str

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 400

    @property
    def transient(self) -> bool:
        return 400 <= self.code < 500


class ConnectionGoneError(Exception):
    """The connection ended, by itself, by the server or after a time without an answer."""


class Connection(asyncio.Protocol):
    """A connection that has said hello. Make it with `connect`."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.extensions: frozenset[str] = frozenset()
        self.auth_methods: frozenset[str] = frozenset()
        self._replies: deque[Reply] = deque()
        self._partial = b""
        self._lines: list[str] = []
        self._waiter: asyncio.Future[None] | None = None
        self._gone = False
        self.deadline: float | None = None

    # asyncio calls these.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # a stream's transport by construction

    def data_received(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            self._line(line.rstrip(b"\r"))
        if len(self._partial) > _REPLY_BYTES or len(self._lines) > _REPLY_LINES:
            self.abort()
        elif self._waiter is not None and self._replies:
            waiter, self._waiter = self._waiter, None
            if not waiter.done():
                waiter.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _line(self, line: bytes) -> None:
        text = line[4:].decode("utf-8", "replace")
        self._lines.append(text)
        if line[3:4] == b"-":
            return
        try:
            code = int(line[:3])
        except ValueError:
            self.abort()
            return
        self._replies.append(Reply(code, "\n".join(self._lines)))
        self._lines = []

    # The engine calls these.

    @property
    def pipelining(self) -> bool:
        """The server takes commands in groups."""
        return "PIPELINING" in self.extensions

    @property
    def is_open(self) -> bool:
        """Nothing has ended it yet."""
        return not self._gone

    def abort(self) -> None:
        """End it at once. What was not terminated is not a message for the server."""
        self._gone = True
        if self.transport is not None:
            self.transport.abort()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def write(self, data: bytes) -> None:
        """Send. Raises ConnectionGoneError."""
        if self._gone or self.transport is None:
            raise ConnectionGoneError("the connection is closed")
        self.transport.write(data)

    async def reply(self, seconds: float = COMMAND_SECONDS) -> Reply:
        """The next answer. Raises ConnectionGoneError, also when none comes within `seconds`.

        A time-out is noticed by `Watch`, once a second, so that waiting costs no timer for each answer.
        """
        if not self._replies:
            loop = asyncio.get_running_loop()
            self.deadline = loop.time() + seconds
            while not self._replies:
                if self._gone:
                    raise ConnectionGoneError("the server closed the connection")
                self._waiter = loop.create_future()
                await self._waiter
            self.deadline = None
        return self._replies.popleft()

    async def command(self, line: str, seconds: float = COMMAND_SECONDS) -> Reply:
        """Send a command and wait for its answer."""
        self.write(line.encode() + b"\r\n")
        return await self.reply(seconds)

    async def quit(self) -> None:
        """Say good-bye and close; a server that doesn't answer is left."""
        if self.is_open:
            try:
                async with asyncio.timeout(2):
                    await self.command("QUIT")
            except (ConnectionGoneError, TimeoutError):
                pass
        self.abort()

    async def start(self, server: Server) -> None:
        """Greeting, EHLO, STARTTLS and AUTH as the server needs. Raises TransportDownError."""
        greeting = await self.reply(GREETING_SECONDS)
        if greeting.code != 220:
            raise TransportDownError(_refusal(server, greeting))
        await self._ehlo(server)
        if server.starttls:
            await self._starttls(server)
        if server.user:
            await self._authenticate(server)

    async def _ehlo(self, server: Server) -> None:
        reply = await self.command(f"EHLO {server.local_name}")
        if not reply.positive:
            reply = await self.command(f"HELO {server.local_name}")
            if not reply.positive:
                raise TransportDownError(_refusal(server, reply))
            self.extensions = frozenset()
            return
        lines = [line.upper().split() for line in reply.text.split("\n")[1:]]
        self.extensions = frozenset(line[0] for line in lines if line)
        self.auth_methods = frozenset(
            method for line in lines if line and line[0] == "AUTH" for method in line[1:]
        )

    async def _starttls(self, server: Server) -> None:
        if "STARTTLS" not in self.extensions:
            raise TransportDownError(
                f"{server.host} doesn't offer an encrypted connection (STARTTLS)."
            )
        reply = await self.command("STARTTLS")
        # Answers that came before the encryption could be an attacker's (CVE-2011-0411).
        if reply.code != 220 or self._replies or self._partial or self.transport is None:
            raise TransportDownError(_refusal(server, reply))
        loop = asyncio.get_running_loop()
        self.transport = await loop.start_tls(
            self.transport,
            self,
            ssl.create_default_context(),
            server_hostname=server.host,
            ssl_handshake_timeout=GREETING_SECONDS,
        )
        await self._ehlo(server)

    async def _authenticate(self, server: Server) -> None:
        if "PLAIN" in self.auth_methods:
            word = base64.b64encode(f"\0{server.user}\0{server.secret}".encode()).decode()
            reply = await self.command(f"AUTH PLAIN {word}")
        elif "LOGIN" in self.auth_methods:
            reply = await self.command("AUTH LOGIN")
            for part in (server.user, server.secret):
                if reply.code == 334:
                    reply = await self.command(base64.b64encode(part.encode()).decode())
        else:
            raise TransportDownError(f"{server.host} offers no way to sign in that we know.")
        if reply.code != 235:
            # The server's text might quote what we sent.
            raise TransportDownError(f"{server.host} refused our sign-in ({reply.code}).")


async def connect(server: Server) -> Connection:
    """A new connection, ready for messages. Raises TransportDownError in words for the officer."""
    loop = asyncio.get_running_loop()
    connection: Connection | None = None
    try:
        async with asyncio.timeout(server.connect_seconds):
            _transport, connection = await loop.create_connection(
                Connection,
                server.host,
                server.port,
                ssl=ssl.create_default_context() if server.implicit_tls else None,
            )
            await connection.start(server)
    except TimeoutError as error:
        _drop(connection)
        raise TransportDownError(
            f"The mail server {server.host}:{server.port} doesn't answer."
        ) from error
    except ssl.SSLError as error:
        _drop(connection)
        raise TransportDownError(
            f"No secure connection to {server.host}:{server.port}: {error.reason or 'TLS failed'}."
        ) from error
    except (OSError, ConnectionGoneError) as error:
        _drop(connection)
        raise TransportDownError(
            f"The mail server {server.host}:{server.port} can't be reached."
        ) from error
    except BaseException:
        _drop(connection)
        raise
    return connection


def envelope(connection: Connection, message: Message) -> tuple[bytes, bytes]:
    """MAIL and RCPT for a message, each with its line end."""
    options = ""
    if "SIZE" in connection.extensions:
        options += f" SIZE={len(message.content)}"
    if message.utf8:
        options += " SMTPUTF8"
        if "8BITMIME" in connection.extensions:
            options += " BODY=8BITMIME"
    return (
        f"MAIL FROM:<{message.envelope_from}>{options}\r\n".encode(),
        f"RCPT TO:<{message.envelope_to}>\r\n".encode(),
    )


def terminated(content: bytes) -> bytes:
    """The text as DATA takes it: dots at line starts doubled, closed by a line with a dot (RFC 5321, 4.5.2)."""
    if content.startswith(b"."):
        content = b"." + content
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")


def _refusal(server: Server, reply: Reply) -> str:
    return f"{server.host} refused the connection: {reply.code} {one_line(reply.text)}"


def one_line(text: str, most: int = 200) -> str:
    """A server's words, short and on one line."""
    return " ".join(text.split())[:most]


def _drop(connection: Connection | None) -> None:
    if connection is not None:
        connection.abort()
