"""A mail server that does exactly what a test tells it: accepts, refuses, puts off, breaks off, keeps silent."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from django.db import connections

Act = Literal[
    "accept",
    "defer_recipient",
    "refuse_recipient",
    "defer_text",
    "refuse_text",
    "close_before_text",
    "close_in_text",
    "close_after_text",
    "accept_and_close",
    "shut_down",
    "silent",
]


@dataclass
class Mail:
    """One mail that was accepted."""

    sender: str
    recipient: str
    content: bytes


@dataclass
class ScriptedServer:
    """Plays `act(recipient, how often they were tried)`; `mails` are those it confirmed or took unconfirmed."""

    act: Callable[[str, int], Act] = lambda _recipient, _tries: "accept"
    pipelining: bool = True
    smtputf8: bool = True
    greeting: str = "220 test ESMTP"
    refuse_sender: str = ""
    mails: list[Mail] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)
    connections: int = 0
    port: int = 0
    on_accept: Callable[[Mail], None] = lambda _mail: None
    groups: int = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[ScriptedServer]:
        """Serve on a free port of 127.0.0.1 from a thread of its own."""
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        self.port = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(server.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _Session(self, reader, writer).run()
        writer.close()


class _Session:
    def __init__(
        self, server: ScriptedServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.sender = ""
        self.recipient = ""
        self.act: Act = "accept"

    def say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\r\n")

    async def run(self) -> None:
        self.say(self.server.greeting)
        while line := await self.reader.readline():
            if self.server.pipelining is False and self.reader._buffer:  # type: ignore[attr-defined]  # what the client must not do
                self.server.groups += 1
            word, _space, rest = line.decode().strip().partition(" ")
            verb = word.upper()
            if verb == "EHLO":
                names = ["test", "SIZE 10000000", "8BITMIME"]
                names += ["PIPELINING"] if self.server.pipelining else []
                names += ["SMTPUTF8"] if self.server.smtputf8 else []
                for name in names:
                    self.say(f"250-{name}")
                self.say("250 HELP")
            elif verb == "MAIL":
                self.sender = rest.partition("<")[2].partition(">")[0]
                self.recipient = ""
                self.say(self.server.refuse_sender or "250 sender ok")
            elif verb == "RCPT":
                if not self._recipient(rest.partition("<")[2].partition(">")[0]):
                    return
            elif verb == "DATA":
                if not await self._data():
                    return
            elif verb == "RSET":
                self.say("250 reset")
            elif verb == "QUIT":
                self.say("221 bye")
                await self.writer.drain()
                return
            else:
                self.say("502 what?")

    def _recipient(self, address: str) -> bool:
        server = self.server
        tries = server.tries[address] = server.tries.get(address, 0) + 1
        self.act = server.act(address, tries)
        if self.act == "defer_recipient":
            self.say("450 4.2.0 try later")
        elif self.act == "refuse_recipient":
            self.say("550 5.1.1 no such user")
        elif self.act == "shut_down":
            self.say("421 4.3.2 closing")
            return False
        elif self.act == "close_before_text":
            return False
        else:
            self.recipient = address
            self.say("250 recipient ok")
        return True

    async def _data(self) -> bool:
        if not self.recipient:
            self.say("554 5.5.1 no valid recipients")
            return True
        self.say("354 go on")
        await self.writer.drain()
        if self.act == "close_in_text":
            await self.reader.readexactly(20)
            return False
        content = (await self.reader.readuntil(b"\r\n.\r\n"))[:-3]
        if self.act == "defer_text":
            self.say("451 4.3.0 later")
        elif self.act == "refuse_text":
            self.say("554 5.6.0 not this")
        elif self.act == "close_after_text":
            return False
        else:
            mail = Mail(self.sender, self.recipient, content.replace(b"\r\n..", b"\r\n."))
            self.server.mails.append(mail)
            await asyncio.to_thread(self._tell, mail)
            if self.act == "accept_and_close":
                return False
            if self.act == "silent":
                await asyncio.sleep(3600)
            self.say("250 2.0.0 taken")
        return True

    def _tell(self, mail: Mail) -> None:
        # In a thread: a test's act may use the database, which an event loop must not.
        try:
            self.server.on_accept(mail)
        finally:
            connections.close_all()
