"""A sender in a process of its own that kills itself, with SIGKILL, at a named moment. Run by test_recovering."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from typing import Any, NoReturn

import django


def die(*_args: object, **_kwargs: object) -> NoReturn:
    """As the kernel's out-of-memory killer would: nothing more runs."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def doom(moment: str, count: int) -> None:
    """Make the `count`-th passing of a moment the last."""
    from comms.campaigns.journal.writer import BatchJournal
    from comms.campaigns.services import settling
    from comms.campaigns.services.sending import hands, sender
    from comms.campaigns.transports.smtp import Connection

    passed = 0

    def at(_self: object = None) -> None:
        nonlocal passed
        passed += 1
        if passed == count:
            die()

    if moment == "claimed":
        vars(sender)["prepare"] = die
    elif moment == "begun":
        begin = BatchJournal.begin

        async def begin_and_die(self: BatchJournal, message: Any) -> None:
            await begin(self, message)
            at()

        BatchJournal.begin = begin_and_die  # type: ignore[method-assign]  # the end of this process
    elif moment == "handed over":
        write = Connection.write

        def write_and_die(self: Connection, data: bytes) -> None:
            write(self, data)
            if b"\r\n.\r\n" in data:
                at()

        Connection.write = write_and_die  # type: ignore[method-assign]  # as above
    elif moment == "answered":
        finish = BatchJournal.finish

        def die_or_finish(self: BatchJournal, result: Any) -> None:
            at()
            finish(self, result)

        BatchJournal.finish = die_or_finish  # type: ignore[method-assign]  # as above
    elif moment == "noted":
        vars(settling)["settle_results"] = die
    elif moment == "settled":
        vars(hands)["put_back_and_close"] = die
    else:
        raise SystemExit(f"no such moment: {moment}")


def main() -> None:
    """database, workspace, edition, port, moment, count."""
    database, workspace, edition, port, moment, count = sys.argv[1:]
    django.setup()
    from django.db import connections

    from comms.campaigns.services.sending import Order, send_edition
    from comms.campaigns.transports.email import EmailTransport
    from comms.campaigns.transports.smtp import Server

    connections["default"].settings_dict["NAME"] = database
    doom(moment, int(count))
    transport = EmailTransport(Server("127.0.0.1", int(port)), connections=3)
    asyncio.run(send_edition(Order(uuid.UUID(workspace), uuid.UUID(edition)), transport))


if __name__ == "__main__":
    main()
