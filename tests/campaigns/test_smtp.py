"""The SMTP client against a server that does what it is told."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from comms.campaigns.transports.base import (
    Batch,
    LeaseLostError,
    Message,
    Result,
    TransportDownError,
    Unlimited,
)
from comms.campaigns.transports.email import EmailTransport
from comms.campaigns.transports.smtp import Server, terminated
from comms.core.mail import RealMailRefusedError
from tests.campaigns.server import Act, ScriptedServer


class Log:
    """A journal in memory."""

    def __init__(self, *, lose_after: int | None = None) -> None:
        self.begun: list[uuid.UUID] = []
        self.finished: dict[uuid.UUID, Result] = {}
        self.lose_after = lose_after

    async def begin(self, message: Message) -> None:
        if self.lose_after is not None and len(self.begun) >= self.lose_after:
            raise LeaseLostError("taken over")
        self.begun.append(message.delivery_id)

    def finish(self, result: Result) -> None:
        self.finished[result.delivery_id] = result


def messages(count: int, content: bytes = b"Subject: x\r\n\r\nhello\r\n") -> list[Message]:
    """To m0@, m1@ …"""
    return [
        Message(uuid.uuid4(), "b-1@example.org", f"m{number}@example.org", "example.org", content)
        for number in range(count)
    ]


def hand_over(
    server: ScriptedServer,
    batch: list[Message],
    *,
    log: Log | None = None,
    connections: int = 2,
) -> dict[str, str]:
    """Outcomes by recipient; those that were not touched are left out."""
    journal = log or Log()

    async def run() -> list[Result]:
        transport = EmailTransport(
            Server("127.0.0.1", server.port, connect_seconds=2), connections=connections
        )
        await transport.open()
        try:
            return await transport.send(Batch(batch), journal, Unlimited())
        finally:
            await transport.close()

    results = asyncio.run(run())
    assert {result.delivery_id: result for result in results} == journal.finished
    names = {message.delivery_id: message.envelope_to for message in batch}
    return {names[result.delivery_id]: result.outcome.value for result in results}


@pytest.mark.parametrize("pipelining", [True, False])
def test_sends_all_over_reused_connections(pipelining: bool) -> None:
    """With and without PIPELINING, and without it never two commands at once."""
    with ScriptedServer(pipelining=pipelining).running() as server:
        batch = messages(50)
        outcomes = hand_over(server, batch)
    assert set(outcomes.values()) == {"sent"}
    assert len(outcomes) == 50
    assert sorted(mail.recipient for mail in server.mails) == sorted(outcomes)
    assert server.connections <= 2
    assert server.groups == 0


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        ("defer_recipient", "deferred"),
        ("refuse_recipient", "failed"),
        ("defer_text", "deferred"),
        ("refuse_text", "failed"),
        ("close_after_text", "unknown"),
        ("accept_and_close", "unknown"),
        ("close_in_text", "unknown"),
        ("shut_down", "deferred"),
    ],
)
def test_one_bad_answer_concerns_one_message(act: Act, outcome: str, pipelining: bool) -> None:
    """The rest go out, over another connection where that one ended."""

    def script(recipient: str, _tries: int) -> Act:
        return act if recipient == "m3@example.org" else "accept"

    with ScriptedServer(act=script, pipelining=pipelining).running() as server:
        outcomes = hand_over(server, messages(12))
    expected = {f"m{number}@example.org": "sent" for number in range(12)}
    assert outcomes == {**expected, "m3@example.org": outcome}


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_connection_lost_before_the_text_costs_nothing(pipelining: bool) -> None:
    """The message can't have arrived, so it is tried on another connection at once."""

    def script(recipient: str, tries: int) -> Act:
        return "close_before_text" if recipient == "m3@example.org" and tries == 1 else "accept"

    with ScriptedServer(act=script, pipelining=pipelining).running() as server:
        outcomes = hand_over(server, messages(12))
    assert set(outcomes.values()) == {"sent"}
    assert sorted(mail.recipient for mail in server.mails) == sorted(outcomes)


def test_gives_up_on_a_server_that_always_closes() -> None:
    log = Log()
    with (
        ScriptedServer(act=lambda _r, _t: "close_before_text").running() as server,
        pytest.raises(TransportDownError, match="closing"),
    ):
        hand_over(server, messages(5), log=log)
    assert log.begun == []


def test_a_refused_sender_is_an_outage_and_nobodys_failure() -> None:
    """550 to MAIL FROM would meet every message: none of them is given up."""
    log = Log()
    with (
        ScriptedServer(refuse_sender="550 5.7.1 not allowed").running() as server,
        pytest.raises(TransportDownError, match="refuses the sender: 550"),
    ):
        hand_over(server, messages(5), log=log)
    assert log.finished == {}


def test_lanes_that_fail_together_are_one_failure() -> None:
    """Two more lanes fail while they are told to stop: one failure is raised, none is left for asyncio."""

    class Told(Batch):
        told = asyncio.Event()

        def stop(self) -> None:
            super().stop()
            self.told.set()

    class Refusing(Log):
        """To the first at once, to the others once they are told to stop; none before all are here."""

        all_here = asyncio.Event()

        async def begin(self, message: Message) -> None:
            self.begun.append(message.delivery_id)
            number = len(self.begun)
            if number == 3:
                self.all_here.set()
            await (self.all_here if number == 1 else batch.told).wait()
            raise LeaseLostError("taken over")

    batch, log = Told(messages(6)), Refusing()
    lanes: list[asyncio.Task[object]] = []

    async def run(port: int) -> None:
        transport = EmailTransport(Server("127.0.0.1", port, connect_seconds=2), connections=3)
        sending = asyncio.create_task(transport.send(batch, log, Unlimited()))
        while not lanes:
            await asyncio.sleep(0)
            lanes.extend(
                each for each in asyncio.all_tasks() if "_Run.lane" in repr(each.get_coro())
            )
        with pytest.raises(LeaseLostError):
            await sending
        await transport.close()

    with ScriptedServer().running() as server:
        asyncio.run(run(server.port))
    assert len(log.begun) == len(lanes) == 3
    # What asyncio goes by when it says "Task exception was never retrieved".
    assert [lane._log_traceback for lane in lanes] == [False] * 3


@pytest.mark.parametrize("greeting", ["554 no service", "421 busy"])
def test_refuses_a_server_that_does_not_welcome(greeting: str) -> None:
    with (
        ScriptedServer(greeting=greeting).running() as server,
        pytest.raises(TransportDownError, match="refused the connection"),
    ):
        hand_over(server, messages(1))


def test_says_when_nobody_listens() -> None:
    with ScriptedServer().running() as server:
        port = server.port
    gone = ScriptedServer()
    gone.port = port
    with pytest.raises(TransportDownError, match="can't be reached"):
        hand_over(gone, messages(1))


def test_nothing_goes_out_once_the_journal_refuses() -> None:
    """Another process has the batch: what was begun may finish, nothing more begins."""
    log = Log(lose_after=3)
    with (
        ScriptedServer().running() as server,
        pytest.raises(LeaseLostError),
    ):
        hand_over(server, messages(20), log=log)
    assert len(server.mails) <= 3
    assert len(log.finished) == len(server.mails)


def test_every_text_is_noted_before_it_is_handed_over() -> None:
    """The server never has a mail that the journal doesn't know to be begun."""
    log = Log()
    early: list[str] = []
    batch = messages(30)
    by_name = {message.envelope_to: message.delivery_id for message in batch}
    server = ScriptedServer(
        on_accept=lambda mail: (
            None if by_name[mail.recipient] in log.begun else early.append(mail.recipient)
        )
    )
    with server.running():
        hand_over(server, batch, log=log, connections=5)
    assert early == []


def test_stop_leaves_the_rest_untouched() -> None:
    """Also a message whose envelope is with the server already."""
    batch = messages(200)
    work = Batch(batch)
    log = Log()
    with ScriptedServer(on_accept=lambda _mail: _stop_after(server, work, 10)).running() as server:

        async def run() -> list[Result]:
            transport = EmailTransport(Server("127.0.0.1", server.port), connections=3)
            await transport.open()
            try:
                return await transport.send(work, log, Unlimited())
            finally:
                await transport.close()

        results = asyncio.run(run())
    assert 10 <= len(results) <= 13
    assert len(server.mails) == len(results)


def _stop_after(server: ScriptedServer, batch: Batch, count: int) -> None:
    if len(server.mails) >= count:
        batch.stop()


def test_a_withdrawn_message_stays_back() -> None:
    batch = messages(5)
    work = Batch(batch)
    work.withdraw({batch[2].delivery_id})
    taken = []
    while message := work.take():
        taken.append(message.envelope_to)
    assert taken == ["m0@example.org", "m1@example.org", "m3@example.org", "m4@example.org"]


def test_an_address_beyond_ascii_needs_smtputf8() -> None:
    """A server without it refuses that one message; nothing is sent to a mangled address."""
    mail = Message(uuid.uuid4(), "b@example.org", "zoë@example.org", "example.org", b"x\r\n", True)
    with ScriptedServer(smtputf8=False).running() as server:
        assert hand_over(server, [mail, *messages(1)]) == {
            "zoë@example.org": "failed",
            "m0@example.org": "sent",
        }
    with ScriptedServer(smtputf8=True).running() as server:
        assert hand_over(server, [mail]) == {"zoë@example.org": "sent"}
    assert server.mails[0].recipient == "zoë@example.org"


@pytest.mark.parametrize(
    "content",
    [
        b".\r\n..\r\n...three\r\nplain\r\n",
        b"no line end",
        b"line\r\n.\r\nafter the dot\r\n",
        b"",
        b"\r\n.\r\n",
    ],
)
def test_dots_survive(content: bytes) -> None:
    """What arrives is what was sent, whatever lines of dots are in it; only the last line end is added."""
    with ScriptedServer().running() as server:
        hand_over(server, messages(2, b"X: y\r\n\r\n" + content))
    expected = b"X: y\r\n\r\n" + content
    expected += b"" if expected.endswith(b"\r\n") else b"\r\n"
    assert [mail.content for mail in server.mails] == [expected, expected]
    assert terminated(b".").startswith(b"..")


def test_refuses_a_server_elsewhere() -> None:
    with pytest.raises(RealMailRefusedError):
        EmailTransport(Server("mail.example.org", 25))


def test_overdue_answers_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is unknown: the server may have taken it."""
    monkeypatch.setattr("comms.campaigns.transports.email.TEXT_SECONDS", 0.1)

    def script(recipient: str, _tries: int) -> Act:
        return "silent" if recipient == "m1@example.org" else "accept"

    with ScriptedServer(act=script).running() as server:
        outcomes = hand_over(server, messages(4))
    assert outcomes["m1@example.org"] == "unknown"
    assert sorted(outcomes.values()) == ["sent", "sent", "sent", "unknown"]
