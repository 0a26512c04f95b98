"""Caps that hold across senders, and domains that ask for a pause."""

from __future__ import annotations

import asyncio
import time
import uuid

import pytest
from django.conf import settings

from comms.campaigns.journal.writer import NoteStore, Value, connect_store
from comms.campaigns.models import Delivery, SendingCap
from comms.campaigns.services.pacing import CappedPace, Caps, DomainPauses
from comms.campaigns.transports.base import Batch, Message
from comms.core.tenancy import in_workspace
from tests.campaigns.conftest import Team
from tests.campaigns.engine import begun, counts, send
from tests.campaigns.server import Act, ScriptedServer

pytestmark = pytest.mark.usefixtures("valkey_emptied")
WORKSPACE = uuid.UUID(int=7)


def cap(kind: str, key: str, per_second: int) -> SendingCap:
    """A cap that isn't stored."""
    return SendingCap(kind=kind, key=key, per_second=per_second)


def messages(count: int, domain: str = "example.org") -> list[Message]:
    """To one domain."""
    return [
        Message(uuid.uuid4(), "b@x.org", f"m@{domain}", domain, b"") for _number in range(count)
    ]


async def taken(caps: Caps, batch: list[Message], *, lanes: int, stores: int = 1) -> list[float]:
    """When each message was let go, by several lanes of several senders.

    By the store's clock, which the buckets go by: on a busy machine an answer may be read late.
    """
    times: list[float] = []
    queue = Batch(batch)

    async def lane(pace: CappedPace) -> None:
        while (message := queue.take()) is not None:
            assert await pace.wait(message)

    connections = [await connect_store(settings.REDIS_URL) for _number in range(stores)]
    for store in connections:
        watch(store, times)
    paces = [
        CappedPace(store, caps, channel="email", sender="a@example.org", batch=queue)
        for store in connections
    ]
    await asyncio.gather(*(lane(pace) for pace in paces for _number in range(lanes)))
    for store in connections:
        store.close()
    return sorted(times)


def watch(store: NoteStore, times: list[float]) -> None:
    """Note the store's time, in seconds, of every token that it gives."""
    ask = store.command

    def noted(answered: asyncio.Future[Value]) -> None:
        answer = answered.result()
        assert isinstance(answer, list)
        wait, now = answer
        if wait == 0 and isinstance(now, int):
            times.append(now / 1_000_000)

    def command(*words: bytes | str | int) -> asyncio.Future[Value]:
        answered = ask(*words)
        if words[0] == "EVAL":
            answered.add_done_callback(noted)
        return answered

    store.command = command  # type: ignore[method-assign]  # the seam of this test


def most_in_a_second(times: list[float]) -> int:
    """The fullest second that there is, wherever it begins."""
    return max(sum(1 for other in times if start <= other < start + 1) for start in times)


@pytest.mark.parametrize(
    "limit",
    [cap("channel", "email", 100), cap("sender", "A@example.org", 100), cap("domain", "*", 100)],
)
def test_a_cap_is_never_exceeded_by_more_than_a_twentieth(limit: SendingCap) -> None:
    """In any second, by two senders with four lanes each."""
    times = asyncio.run(taken(Caps(WORKSPACE, [limit]), messages(150), lanes=4, stores=2))
    assert len(times) == 150
    assert most_in_a_second(times) <= 105 + 1
    assert times[-1] - times[0] >= 1.4


def test_the_strictest_cap_decides() -> None:
    caps = Caps(WORKSPACE, [cap("channel", "email", 1000), cap("domain", "example.org", 20)])
    times = asyncio.run(taken(caps, messages(15), lanes=3))
    assert times[-1] - times[0] >= 0.6


def test_a_domains_cap_leaves_other_domains_alone() -> None:
    caps = Caps(WORKSPACE, [cap("domain", "slow.example", 1)])
    started = time.monotonic()
    # No token is asked for, so the store gives none.
    assert asyncio.run(taken(caps, messages(200, "fast.example"), lanes=2)) == []
    assert time.monotonic() - started < 60


def test_stopping_ends_the_wait() -> None:
    """A pause must not wait for a token."""

    async def run() -> bool:
        store = await connect_store(settings.REDIS_URL)
        batch = Batch(messages(2))
        pace = CappedPace(
            store,
            Caps(WORKSPACE, [cap("channel", "email", 1)]),
            channel="email",
            sender="",
            batch=batch,
        )
        first, second = messages(2)
        assert await pace.wait(first)
        waiting = asyncio.create_task(pace.wait(second))
        await asyncio.sleep(0)
        batch.stop()
        started = time.monotonic()
        went = await waiting
        assert time.monotonic() - started < 1.5
        store.close()
        return went

    assert not asyncio.run(run())


def test_an_edition_goes_out_under_its_cap(team: Team) -> None:
    with in_workspace(team.workspace.id):
        SendingCap.objects.create(
            workspace_id=team.workspace.id, kind="channel", key="email", per_second=20
        )
    edition = begun(team, 30)
    times: list[float] = []
    with ScriptedServer(on_accept=lambda _mail: times.append(time.monotonic())).running() as server:
        send(team, edition, server)
    assert counts(team, edition) == {"sent": 30}
    assert sorted(times)[-1] - sorted(times)[0] >= 1.3


def test_a_domain_that_keeps_putting_off_is_left_alone(team: Team) -> None:
    """After five in a row the rest waits without being tried, and its attempts aren't counted."""
    edition = begun(team, 30)

    def script(_recipient: str, _tries: int) -> Act:
        return "defer_recipient"

    with ScriptedServer(act=script).running() as server:
        send(team, edition, server, connections=1)
        tried = sum(server.tries.values())
        with in_workspace(team.workspace.id):
            Delivery.objects.update(next_attempt_at="2020-01-01T00:00:00Z")
        send(team, edition, server, connections=1)
        assert sum(server.tries.values()) == tried
    with in_workspace(team.workspace.id):
        later = Delivery.objects.filter(state="pending")
        assert later.count() == 30
        assert set(later.values_list("attempt", flat=True)) == {1}


def test_other_answers_end_a_streak() -> None:
    async def run() -> dict[str, float]:
        store = await connect_store(settings.REDIS_URL)
        pauses = DomainPauses(store, WORKSPACE)
        for code in (451, 451, 451, 451, 250, 451, 451, 550, 451, 451, 451, 451):
            pauses.heard("patient.example", code)
        for _time in range(5):
            pauses.heard("strict.example", 421)
        found = await pauses.paused(["patient.example", "strict.example", "other.example"])
        store.close()
        return found

    found = asyncio.run(run())
    assert found.keys() == {"strict.example"}
    assert 50 < found["strict.example"] <= 60
