"""Every process is killed in turn while an edition of 2,000 goes out: nothing is lost or doubled."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comms.stack.options import PROJECT
from tests.stack.deployment import Deployment
from tests.stack.patience import eventually

pytestmark = pytest.mark.chaos

RECIPIENTS = 2_000
PER_SECOND = 40
# Valkey last: what it leaves unknown waits for a person, and no more mails come for later kills.
KILLED = ("Web", "Worker", "Beat", "PostgreSQL", "Valkey")
CONNECTIONS = 20
"""Open to the mail server at once: two senders of ten. Each may leave one unknown when it is cut off."""
HANDING_OVER = ("Worker", "PostgreSQL", "Valkey")
"""Their deaths may cut a sender off. Web and beat hand nothing over."""


def inside(deployment: Deployment, *words: str) -> dict[str, Any]:
    outcome = subprocess.run(
        [sys.executable, "-m", "tests.chaos.inside", *words],
        cwd=PROJECT,
        env=deployment.environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout.splitlines()[-1])
    return found


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    found = Deployment(tmp_path / "var")
    found.start()
    yield found
    assert found.stop() == 0
    assert found.remains() == []


def test_nothing_is_lost_or_doubled_while_everything_is_killed(deployment: Deployment) -> None:
    made = inside(deployment, "make", str(RECIPIENTS), str(PER_SECOND))
    step = RECIPIENTS // (len(KILLED) + 1)
    for number, name in enumerate(KILLED, start=1):
        # Each in the middle of it: the last kill comes when a sixth is still to go.
        eventually(lambda due=number * step: len(deployment.mails) >= due, within=240)  # type: ignore[misc]  # mypy can't type a default in a lambda
        assert len(deployment.mails) < RECIPIENTS, "all mails were out before the kill"
        deployment.kill_service(name)

    def is_over() -> bool:
        states = Counter(
            state for _, state in inside(deployment, "look", *made.values())["deliveries"]
        )
        return not states.keys() & {"pending", "sending", "deferred"}

    eventually(is_over, within=300)
    after = inside(deployment, "look", *made.values())
    state_of = dict(after["deliveries"])
    assert len(after["deliveries"]) == len(state_of) == RECIPIENTS
    assert set(state_of.values()) <= {"sent", "unknown"}

    caught = Counter(mail.envelope_to[0] for mail in deployment.mails)
    assert [address for address, times in caught.items() if times > 1] == []
    sent = {address for address, state in state_of.items() if state == "sent"}
    unknown = set(state_of) - sent
    assert sent - set(caught) == set(), "said to be sent, but no mail came"
    assert set(caught) - sent <= unknown
    assert len(unknown) <= CONNECTIONS * len(HANDING_OVER)
    print(f"{len(unknown)} unknown after {len(KILLED)} kills")
    # Shown and waiting for a person, an unknown keeps the edition from being called complete.
    assert after["state"] == ("sending" if unknown else "completed")
    # A worker may end by itself when its broker is gone; it is started again like one that was killed.
    restarts = {name: deployment.services()[name]["restarts"] for name in KILLED}
    assert all(1 <= times <= 2 for times in restarts.values()), restarts
