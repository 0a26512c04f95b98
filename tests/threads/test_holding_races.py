"""New keys and a message at the same moment: one comes first, and each order ends well. Commits are real."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction

from comms.core.errors import CommsError
from comms.threads.models import Thread
from comms.wire.roster import Role
from tests.stack.patience import eventually
from tests.threads.test_socket import Scene

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def scene(committed: None) -> Scene:
    return Scene()


@contextmanager
def waiting(act: Callable[[], object]) -> Iterator[list[str]]:
    """`act` runs beside the block's transaction, waits for it, and has ended after the block: what it came to."""
    outcome: list[str] = []

    def run() -> None:
        try:
            act()
            outcome.append("done")
        except CommsError as error:
            outcome.append(type(error).__name__)
        finally:
            connections.close_all()

    beside = threading.Thread(target=run)

    def waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted "
                "AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            (found,) = cursor.fetchone()
        assert beside.is_alive(), f"it did not wait: {outcome}"
        return bool(found)

    with transaction.atomic():
        yield outcome
        beside.start()
        eventually(waits)
    beside.join(30)
    assert not beside.is_alive()


def test_a_message_that_came_first_stands_and_the_next_is_refused(scene: Scene) -> None:
    world, ada, dina = scene.world, scene.ada, scene.dina
    with waiting(lambda: world.replace(dina)) as outcome:
        world.post(ada, scene.thread)
    assert outcome == ["done"]
    assert scene.refreshed().key_due
    assert scene.thread.seq == 1


def test_a_message_that_came_second_is_refused(scene: Scene) -> None:
    world, ada = scene.world, scene.ada
    raw = world.seal(ada, scene.thread)
    with waiting(lambda: world.post(ada, scene.thread, raw)) as outcome:
        world.replace(scene.dina)
    assert outcome == ["StaleEpochError"]
    assert scene.refreshed().seq == 0


def test_a_thread_that_is_being_opened_is_held_too(scene: Scene) -> None:
    world, opened = scene.world, list[Thread]()
    with waiting(lambda: world.replace(scene.edgar)) as outcome:
        opened.append(world.open(scene.ada, scene.edgar))
    assert outcome == ["done"]
    scene.thread = opened[0]
    assert scene.refreshed().key_due


def test_whoever_is_being_added_is_held_for_too(scene: Scene) -> None:
    world, ada = scene.world, scene.ada
    rows = [world.row(ada, Role.OWNER), world.row(scene.dina), world.row(scene.edgar)]
    made = world.next(ada, scene.thread, rows)
    with waiting(lambda: world.replace(scene.edgar)) as outcome:
        world.publish(ada, scene.thread, made)
    assert outcome == ["done"]
    assert scene.refreshed().key_due


def test_an_epoch_for_the_new_keys_and_a_message_never_meet_under_the_old(scene: Scene) -> None:
    """Their own epoch is on its way while somebody posts under the old key: refused all the same."""
    world, ada, dina = scene.world, scene.ada, scene.dina
    raw = world.seal(ada, scene.thread)
    world.replace(dina)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    made = world.next(dina, scene.thread, rows)
    with waiting(lambda: world.post(ada, scene.thread, raw)) as outcome:
        world.publish(dina, scene.thread, made)
    assert outcome == ["StaleEpochError"]
    assert not scene.refreshed().key_due
    assert world.post(ada, scene.thread).seq == 1
