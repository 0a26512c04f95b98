"""E-mail over SMTP: some connections at once, each reused for many messages."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from comms.campaigns.transports.base import (
    Batch,
    Journal,
    Message,
    Outcome,
    Pace,
    Result,
    TransportDownError,
)
from comms.campaigns.transports.smtp import (
    TEXT_SECONDS,
    Connection,
    ConnectionGoneError,
    Reply,
    Server,
    connect,
    envelope,
    one_line,
    terminated,
)
from comms.core.mail import require_allowed_host

CONNECTIONS = 10
_RECONNECTS = 2
# Answers to MAIL FROM that say nothing about this recipient: every message would meet them.
_OUR_FAULT = frozenset(
    {500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538, 550, 551, 553, 554, 555}
)


class EmailTransport:
    """Hands mails to one server. Not for several event loops."""

    def __init__(self, server: Server, *, connections: int = CONNECTIONS) -> None:
        require_allowed_host(server.host)
        self._server = server
        self._size = connections
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()

    async def open(self) -> None:
        """Make the first connection. Raises TransportDownError."""
        if not self._idle:
            self._idle.append(await self._connect())

    async def close(self) -> None:
        """Say good-bye on all connections."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.quit() for connection in idle))
        for connection in list(self._all):
            connection.abort()
        self._all.clear()

    async def send(self, batch: Batch, journal: Journal, pace: Pace) -> list[Result]:
        """Hand the batch over; see `Transport`."""
        run = _Run(self, batch, journal, pace)
        watch = asyncio.create_task(self._watch())
        lanes = [asyncio.create_task(run.lane()) for _ in range(self._size)]
        try:
            _done, pending = await asyncio.wait(lanes, return_when=asyncio.FIRST_EXCEPTION)
            if pending:
                # One lane failed for all. The others finish what they have begun, then stop.
                batch.stop()
                await asyncio.wait(lanes)
        except asyncio.CancelledError:
            batch.stop()
            for connection in list(self._all):
                connection.abort()
            await asyncio.wait(lanes)
            _failures(lanes)
            raise
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        failures = _failures(lanes)
        if failures:
            # A server that is down fails every lane; anything else that one of them met says more.
            raise next(
                (each for each in failures if not isinstance(each, TransportDownError)), failures[0]
            )
        return run.results

    async def _watch(self) -> None:
        """End connections whose answer is overdue."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1)
            now = loop.time()
            for connection in list(self._all):
                if connection.deadline is not None and connection.deadline < now:
                    connection.abort()

    async def take(self) -> Connection:
        """An open connection, reused or new."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
            self._all.discard(connection)
        return await self._connect()

    def give_back(self, connection: Connection) -> None:
        """Keep it for the next batch if it is still good."""
        if connection.is_open:
            self._idle.append(connection)
        else:
            self._all.discard(connection)

    async def _connect(self) -> Connection:
        connection = await connect(self._server)
        self._all.add(connection)
        return connection


def _failures(lanes: list[asyncio.Task[None]]) -> list[BaseException]:
    """What ended lanes early, in their order. All are asked: what nobody asked for, asyncio logs as lost."""
    return [
        failure
        for failure in (lane.exception() for lane in lanes if not lane.cancelled())
        if failure is not None
    ]


class _Run:
    """One batch on its way out over several lanes, one connection each."""

    def __init__(self, pool: EmailTransport, batch: Batch, journal: Journal, pace: Pace) -> None:
        self.pool = pool
        self.batch = batch
        self.journal = journal
        self.pace = pace
        self.results: list[Result] = []

    async def lane(self) -> None:
        """Hand over messages on one connection at a time until the batch gives none."""
        failures = 0
        message = await self._next()
        while message is not None:
            try:
                connection = await self.pool.take()
            except TransportDownError:
                failures += 1
                if failures > _RECONNECTS:
                    raise
                await asyncio.sleep(0.2 * failures)
                continue
            try:
                message = await self._use(connection, message)
                failures = 0
            except _LostBeforeTextError as lost:
                # Nothing of it can have arrived: another connection takes it.
                failures += 1
                message = lost.message
                if failures > _RECONNECTS:
                    raise TransportDownError(
                        "The mail server keeps closing the connection."
                    ) from lost
            except BaseException:
                connection.abort()
                raise
            finally:
                self.pool.give_back(connection)

    async def _next(self) -> Message | None:
        """The next message that may go now."""
        while True:
            message = self.batch.take()
            if message is None or await self.pace.wait(message):
                return message

    async def _use(self, connection: Connection, message: Message) -> Message | None:
        """Messages over this connection until it ends or the batch does; the one to try elsewhere, or None."""
        opened = False
        current: Message | None = message
        while current is not None:
            if current.utf8 and "SMTPUTF8" not in connection.extensions:
                self._finish(
                    current,
                    Outcome.FAILED,
                    Reply(0, "The mail server takes no such address (SMTPUTF8)."),
                )
                current, opened = await self._next(), False
                continue
            refusal = await self._open_text(connection, current, sent=opened)
            if refusal is not None:
                self._refused(current, refusal)
                if not connection.is_open:
                    return await self._next()
                current, opened = await self._next(), False
                continue
            current, opened = await self._text(connection, current)
            if not connection.is_open:
                return current
        return None

    async def _open_text(
        self, connection: Connection, message: Message, *, sent: bool
    ) -> Reply | None:
        """MAIL, RCPT, DATA up to the server's 354; the refusal if it said no. `sent`: they are on their way.

        Raises _LostBeforeTextError: the message is untouched.
        """
        try:
            sender, recipient = envelope(connection, message)
            if connection.pipelining:
                if not sent:
                    connection.write(sender + recipient + b"DATA\r\n")
                replies: list[Reply] = []
                while len(replies) < 3 and not (replies and replies[-1].code == 421):
                    replies.append(await connection.reply())
            else:
                replies = []
                for line in (sender, recipient, b"DATA\r\n"):
                    connection.write(line)
                    replies.append(await connection.reply())
                    if not replies[-1].positive:
                        break
            if all(reply.positive for reply in replies):
                return None
            refusal = next(reply for reply in replies if not reply.positive)
            if replies[0] is refusal and refusal.code in _OUR_FAULT:
                connection.abort()
                raise TransportDownError(
                    f"The mail server refuses the sender: {refusal.code} {one_line(refusal.text)}"
                )
            if len(replies) == 3 and replies[2].code == 354:
                # It wants a text though there is no recipient (RFC 2920, 3.1): an empty one ends that.
                connection.write(b".\r\n")
                await connection.reply(TEXT_SECONDS)
            await self._reset(connection, refusal)
        except ConnectionGoneError as gone:
            raise _LostBeforeTextError(message) from gone
        return refusal

    async def _reset(self, connection: Connection, refusal: Reply) -> None:
        if refusal.code == 421 or not (await connection.command("RSET")).positive:
            connection.abort()

    async def _text(self, connection: Connection, message: Message) -> tuple[Message | None, bool]:
        """Hand over the text; the next message, and whether its envelope went along with this text."""
        if not self.batch.may_go(message):
            # The server waits for a text that must not come: only closing takes that back.
            connection.abort()
            return await self._next(), False
        await self.journal.begin(message)
        data = terminated(message.content)
        following: Message | None = None
        along = False
        try:
            if connection.pipelining:
                following = self._immediately()
                if following is not None and not following.utf8:
                    sender, recipient = envelope(connection, following)
                    data += sender + recipient + b"DATA\r\n"
                    along = True
            connection.write(data)
            reply = await connection.reply(TEXT_SECONDS)
        except ConnectionGoneError:
            # The text was on its way, so nobody knows: the server may have taken it and died answering.
            self._finish(message, Outcome.UNKNOWN, Reply(0, "The connection broke off."))
            return following or await self._next(), False
        if reply.positive:
            self._finish(message, Outcome.SENT, reply)
        else:
            self._refused(message, reply)
            if reply.code == 421:
                connection.abort()
        if following is None:
            following = await self._next()
        return following, along and connection.is_open

    def _immediately(self) -> Message | None:
        """The next message if there is no cap to wait for."""
        return self.batch.take() if self.pace.free else None

    def _refused(self, message: Message, reply: Reply) -> None:
        outcome = Outcome.DEFERRED if reply.transient else Outcome.FAILED
        self._finish(message, outcome, reply)

    def _finish(self, message: Message, outcome: Outcome, reply: Reply) -> None:
        result = Result(message.delivery_id, outcome, reply.code, one_line(reply.text))
        self.results.append(result)
        self.journal.finish(result)


class _LostBeforeTextError(Exception):
    """The connection ended before any of the text could have been taken."""

    def __init__(self, message: Message) -> None:
        super().__init__("lost before the text")
        self.message = message
