"""Wake-ups for the workers: only on commit, and never a reason for a request to fail."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from redis import Redis

from comms.core.jobs import enqueue
from config import celery

QUEUE = "celery"


@pytest.fixture
def queue(committed: None) -> Iterator[Redis]:
    """The broker's queue, empty before and after."""
    client = Redis.from_url(settings.REDIS_URL)
    client.delete(QUEUE)
    yield client
    client.delete(QUEUE)
    client.close()


def waiting(queue: Redis) -> list[tuple[str, dict[str, object]]]:
    raw: list[bytes] = list(queue.lrange(QUEUE, 0, -1))  # type: ignore[arg-type]  # the stubs think of async clients
    found = []
    for message in map(json.loads, raw):
        _arguments, words, _options = json.loads(base64.b64decode(message["body"]))
        found.append((message["headers"]["task"], words))
    return found


def test_hands_over_on_commit(queue: Redis) -> None:
    key = uuid.uuid4()
    with transaction.atomic():
        enqueue("ledger.seal", workspace_id=key, number=3)
        assert waiting(queue) == []
    assert waiting(queue) == [("ledger.seal", {"workspace_id": str(key), "number": 3})]


def test_hands_over_at_once_outside_a_transaction(queue: Redis) -> None:
    enqueue("ledger.tick")
    assert waiting(queue) == [("ledger.tick", {})]


def test_hands_over_nothing_that_was_rolled_back(queue: Redis) -> None:
    with transaction.atomic():
        enqueue("ledger.tick")
        transaction.set_rollback(True)
    with transaction.atomic(), transaction.atomic():
        enqueue("ledger.tick")
        transaction.set_rollback(True)
    assert waiting(queue) == []


def test_request_succeeds_while_valkey_is_down(
    queue: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = celery.app
    before = app.conf.broker_url
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    try:
        with transaction.atomic():
            enqueue("ledger.tick")
    finally:
        app.conf.broker_url = before
    assert waiting(queue) == []


def test_works_again_after_valkey_came_back(queue: Redis) -> None:
    enqueue("ledger.tick")
    assert waiting(queue) == [("ledger.tick", {})]
