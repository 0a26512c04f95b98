"""The supervisor's own question to Valkey, and how little it loads before the servers start."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from redis import Redis

from comms.stack.asking import RefusedError, ask_embedded
from comms.stack.options import PROJECT
from tests.stack.deployment import free_port


def test_gets_the_answer_of_the_embedded_server() -> None:
    assert asyncio.run(ask_embedded(settings.REDIS_URL, "PING")) == "PONG"


def test_counts_who_listens() -> None:
    """As a worker that takes work is known by."""
    client = Redis.from_url(settings.REDIS_URL)
    before = int(asyncio.run(ask_embedded(settings.REDIS_URL, "PUBSUB", "NUMPAT")))
    with client.pubsub() as listening:  # type: ignore[no-untyped-call]  # untyped upstream
        listening.psubscribe(f"asking-{free_port()}-*")
        listening.get_message(timeout=5)
        assert int(asyncio.run(ask_embedded(settings.REDIS_URL, "PUBSUB", "NUMPAT"))) > before
    client.close()


def test_refuses_a_wrong_password() -> None:
    """The supervisor takes an OSError for "not ready"."""
    given = urlsplit(settings.REDIS_URL)
    wrong = settings.REDIS_URL.replace(str(given.password), "wrong")
    with pytest.raises(RefusedError, match="WRONGPASS"):
        asyncio.run(ask_embedded(wrong, "PING"))
    assert issubclass(RefusedError, OSError)


def test_refuses_what_has_no_answer_of_one_line() -> None:
    with pytest.raises(RefusedError):
        asyncio.run(ask_embedded(settings.REDIS_URL, "KEYS", "nothing-*"))


def test_says_that_nobody_is_there(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        asyncio.run(ask_embedded(f"redis://:x@127.0.0.1:{free_port()}/0", "PING"))
    with pytest.raises(OSError):
        asyncio.run(ask_embedded(f"unix://:x@{quote(str(tmp_path / 'a b.sock'))}?db=0", "PING"))


def test_the_supervisor_loads_little() -> None:
    """Everybody who starts waits for it, before anything else begins."""
    script = (
        "import comms.stack.up, json, sys; "
        "print(json.dumps(sorted({'django', 'celery', 'redis', 'uvicorn', 'rich'} & set(sys.modules))))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=PROJECT
    )
    assert json.loads(answer.stdout) == []
