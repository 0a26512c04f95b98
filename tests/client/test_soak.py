"""The soak: random people in random order against the real server; everyone entitled reads, nobody else does."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from allauth.core import ratelimit

from comms.accounts.api.door import CallerThrottle
from comms.core.actors import Role
from tests.client.conftest import make_scene
from tests.client.soak.browsers import connect_by_line
from tests.client.soak.steps import Soak

STEPS = int(os.environ.get("STEPS", "500"))
CHECK_EVERY = 125
CAST = (
    ("ada", Role.ADMIN),
    ("dina", Role.DIPLOMAT),
    ("edgar", Role.EDITOR),
    ("noor", Role.APPROVER),
    ("pavel", Role.ANALYST),
)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five people do here in a minute what they do in a week: limits of rates are other tests' matter."""
    monkeypatch.setattr(ratelimit, "consume", lambda *_words, **_named: True)
    monkeypatch.setattr(CallerThrottle, "allow_request", lambda *_words: True)
    monkeypatch.setattr("comms.client.live.connect", connect_by_line)
    monkeypatch.setattr("comms.client.patience.WAITS", (0.0, 0.0, 0.0))


@pytest.mark.usefixtures("committed", "unhurried")
def test_everyone_entitled_reads_everything_and_nobody_else_anything(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    begun, worked = time.monotonic(), time.process_time()

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"soak, seed {seed}, {since(begun, worked)}: {line}", flush=True)

    # As a part of all tests it may not cost much: what makes new keys costs everybody most.
    is_part = STEPS <= 500
    calm, followed = (4, 1) if is_part else (1, 2)
    scene = make_scene(CAST)
    soak = Soak(seed, address, tmp_path, scene, say, calm=calm, followed=followed)
    try:
        soak.run(STEPS, CHECK_EVERY)
    except BaseException:
        say(f"failed. The shortest run known to: SEED={seed} STEPS={soak.step} make soak")
        raise
    finally:
        say(", ".join(f"{name} {count}" for name, count in soak.counts.most_common()))
        for follower in soak.followers.values():
            follower.over = True


def since(begun: float, worked: float) -> str:
    """Seconds by the clock and of this process's work."""
    return f"{time.monotonic() - begun:.0f} s ({time.process_time() - worked:.0f} of CPU)"
