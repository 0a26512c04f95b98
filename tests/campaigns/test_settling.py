"""What an outcome leads to: states, retries, the trail's digest."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from comms.campaigns.services.settling import batch_digest, retry_after, settlement_of
from comms.campaigns.transports.base import Outcome, Result

NOW = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)


def test_retries_after_1_5_15_60_minutes_then_hourly_for_48_hours() -> None:
    waits = []
    attempt = 1
    while (wait := retry_after(attempt)) is not None:
        waits.append(wait.total_seconds() / 60)
        attempt += 1
    assert waits[:5] == [1, 5, 15, 60, 60]
    assert set(waits[3:]) == {60}
    assert 47 * 60 < sum(waits) <= 48 * 60


@pytest.mark.parametrize("attempt", [1, 2, 3, 4, 20])
def test_a_retry_is_late_by_up_to_a_fifth(attempt: int) -> None:
    """So that those put off together don't come back together."""
    base = retry_after(attempt)
    assert base is not None
    found = [
        settlement_of(
            Result(uuid.uuid4(), Outcome.DEFERRED, 451, "later"),
            attempt=attempt,
            unknown_policy="wait",
            now=NOW,
        )
        for _time in range(50)
    ]
    times = {row.next_attempt_at for row in found}
    assert len(times) > 10
    assert all(time is not None and base <= time - NOW <= base * 1.2 for time in times)
    assert {row.state for row in found} == {"deferred"}


def test_gives_up_after_48_hours() -> None:
    found = settlement_of(
        Result(uuid.uuid4(), Outcome.DEFERRED, 451, "later"),
        attempt=60,
        unknown_policy="wait",
        now=NOW,
    )
    assert (found.state, found.reason) == ("failed", "expired")


@pytest.mark.parametrize(
    ("policy", "attempt", "state"),
    [("wait", 1, "unknown"), ("resend", 1, "pending"), ("resend", 4, "unknown")],
)
def test_an_unknown_follows_the_editions_rule(policy: str, attempt: int, state: str) -> None:
    """Sent again at most three times, then a person is asked after all."""
    found = settlement_of(
        Result(uuid.uuid4(), Outcome.UNKNOWN, 0, "broke off"),
        attempt=attempt,
        unknown_policy=policy,
        now=NOW,
    )
    assert found.state == state


def test_a_servers_words_are_kept_short() -> None:
    found = settlement_of(
        Result(uuid.uuid4(), Outcome.FAILED, 550, "no " * 500),
        attempt=1,
        unknown_policy="wait",
        now=timezone.now(),
    )
    assert len(found.error) <= 300
    assert found.error.startswith("550 no")


def test_the_digest_names_every_message_and_its_state() -> None:
    """In whatever order they were settled; one state changed changes it."""
    first, second = uuid.uuid4(), uuid.uuid4()
    digest = batch_digest({first: "sent", second: "failed"})
    assert digest == batch_digest({second: "failed", first: "sent"})
    assert digest != batch_digest({first: "failed", second: "sent"})
    assert digest != batch_digest({first: "sent"})
