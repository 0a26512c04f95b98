"""The mail catcher: an SMTP server on this machine that keeps every mail and passes none on.

Run as ``python -m comms.stack.catcher HOST PORT FOLDER``. It answers "250" only when the mail is on
disk, and offers PIPELINING, so that a burst of thousands of mails a second goes through.
"""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from comms.stack.errors import StackError
from comms.stack.mailbox import MailWriter

LARGEST_MAIL = 25 * 1024 * 1024
IDLE_SECONDS = 300
PLAIN_ADDRESS = re.compile(
    r"<(?P<address>[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[\w.-]{1,255})>\s*(?P<rest>.*)"
)
END = b"\r\n.\r\n"


@dataclass(frozen=True)
class Mail:
    """One mail on its way to the disk."""

    envelope_from: str
    envelope_to: list[str]
    content: bytes


class Keeper:
    """Writes mails in groups: those that arrive during one flush share the next."""

    def __init__(self, writer: MailWriter) -> None:
        self._writer = writer
        self._waiting: list[tuple[Mail, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, mail: Mail) -> None:
        """Return once the mail is on disk. Raises OSError if it couldn't be written."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._waiting.append((mail, kept))
        if self._task is None:
            self._task = loop.create_task(self._write_all())
        await kept

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                error: OSError | None = None
                try:
                    # In a thread, so that the other connections go on while the disk works.
                    await asyncio.to_thread(self._write, [mail for mail, _ in group])
                except OSError as failure:
                    error = failure
                for _, kept in group:
                    if kept.done():
                        continue
                    if error is None:
                        kept.set_result(None)
                    else:
                        kept.set_exception(error)
        finally:
            self._task = None

    def _write(self, group: list[Mail]) -> None:
        for mail in group:
            self._writer.append(mail.envelope_from, mail.envelope_to, mail.content)
        self._writer.flush()


class CatcherProtocol(SMTP):
    """aiosmtpd's server, reading a mail's body in one piece instead of line by line."""

    # Also the limit of the stream: a whole mail must fit.
    line_length_limit = LARGEST_MAIL

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        # The base class takes 0.2 ms to parse an address by the full grammar; plain ones are the rule.
        plain = PLAIN_ADDRESS.fullmatch(arg)
        if plain is not None:
            return plain["address"], plain["rest"]
        return super()._getaddr(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        if arg:
            await self.push("501 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            envelope.content = await read_body(self._reader)
        except asyncio.LimitOverrunError:
            await self.push("552 5.3.4 The mail is too large")
            self._writer.close()
            return
        status = await self._call_handler_hook("DATA")
        self._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd left it untyped
        await self.push(status)


async def read_body(reader: asyncio.StreamReader) -> bytes:
    """Read up to the line with a single dot, and undo the doubling of leading dots (RFC 5321, 4.5.2).

    Raises LimitOverrunError when the mail is larger than the reader's limit.
    """
    # A line end of our own in front: a lone dot may be the very first line.
    body = bytearray(b"\r\n" + await reader.readexactly(3))
    # The end may only be searched for in one go if no part of it has been read already, so bytes are
    # taken singly until the last three can't belong to it.
    while not body.endswith(END):
        if b"\r" in body[-3:] or b"\n" in body[-3:]:
            body += await reader.readexactly(1)
        else:
            body += await reader.readuntil(END)
    return bytes(body[: -len(b".\r\n")].replace(b"\r\n.", b"\r\n")[2:])


class Handler:
    """What aiosmtpd asks of us."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    async def handle_EHLO(
        self,
        server: CatcherProtocol,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(
        self, server: CatcherProtocol, session: Session, envelope: Envelope
    ) -> str:
        # aiosmtpd types these for modes that we don't use (decoded text, no sender yet).
        sender, content = str(envelope.mail_from or ""), envelope.content
        if not isinstance(content, bytes):
            return "451 4.3.0 The mail has no body"
        try:
            await self._keeper.keep(Mail(sender, list(envelope.rcpt_tos), content))
        except OSError:
            logging.getLogger(__name__).exception("a mail couldn't be written")
            return "452 4.3.1 The mail could not be written to disk"
        return "250 2.0.0 Kept"


def protocol_factory(keeper: Keeper) -> Callable[[], CatcherProtocol]:
    """One protocol object for each connection."""
    handler = Handler(keeper)

    def make() -> CatcherProtocol:
        return CatcherProtocol(
            handler,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="Entente mail catcher",
            timeout=IDLE_SECONDS,
        )

    return make


async def serve(host: str, port: int, folder: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    writer = MailWriter(folder)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        server = await loop.create_server(
            protocol_factory(Keeper(writer)), host, port, backlog=1024, reuse_address=True
        )
    except OSError as error:
        raise StackError(
            f"The mail catcher can't listen on {host}:{port} ({error.strerror})."
        ) from None
    async with server:
        await stop.wait()
    writer.close()


def main(arguments: list[str]) -> None:
    # aiosmtpd logs every command with its addresses.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    host, port, folder = arguments
    try:
        asyncio.run(serve(host, int(port), Path(folder)))
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
