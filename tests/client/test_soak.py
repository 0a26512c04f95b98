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
from tests.client.soak.followers import connect_by_line
from tests.client.soak.steps import Soak

STEPS = int(os.environ.get("STEPS", "150"))
PART = "PART" in os.environ or "STEPS" not in os.environ
"""Of all tests: then it may not cost much, and what makes new keys costs everybody most."""
CHECK_EVERY = 125
SEED = 31
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
    # All tests play the same people each time, since they must not fail by chance; `make soak` draws new ones.
    drawn = random.SystemRandom().randrange(1_000_000) if "STEPS" in os.environ else SEED
    seed = int(os.environ.get("SEED") or drawn)
    begun, worked = time.monotonic(), time.process_time()

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"soak, seed {seed}, {since(begun, worked)}: {line}", flush=True)

    calm, followed = (4, 1) if PART else (1, 2)
    scene = make_scene(CAST)
    soak = Soak(seed, address, tmp_path, scene, say, calm=calm, followed=followed)
    try:
        soak.run(STEPS, CHECK_EVERY)
    except BaseException:
        words = f"SEED={seed} STEPS={soak.step}{' PART=1' if PART else ''} make soak"
        say(f"failed. The shortest run known to: {words}")
        raise
    finally:
        say(", ".join(f"{name} {count}" for name, count in soak.counts.most_common()))
        soak.end()


def since(begun: float, worked: float) -> str:
    """Seconds by the clock and of this process's work."""
    return f"{time.monotonic() - begun:.0f} s ({time.process_time() - worked:.0f} of CPU)"
