"""Once somebody's keys are replaced, nothing is accepted until an epoch under the new ones is there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comms.accounts.models import User
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, tasks
from comms.threads.errors import OvertakenError, StaleEpochError
from comms.threads.models import Thread
from comms.threads.services import events
from comms.wire.bodies import TypingBody
from comms.wire.envelopes import Class, make_envelope
from comms.wire.roster import Role, RosterRow
from tests.factories import actor_of
from tests.threads.test_put_out import fresh
from tests.threads.world import World


@pytest.fixture
def three(world: World, ada: User, dina: User, edgar: User) -> Thread:
    """A thread of Ada, who owns it, Dina and Edgar."""
    return world.open(ada, dina, edgar)


def rows(world: World, ada: User, *others: User) -> list[RosterRow]:
    return [world.row(ada, Role.OWNER), *map(world.row, others)]


@pytest.mark.parametrize("lost", [False, True])
def test_replacing_keys_holds_sending_in_every_thread_of_theirs(
    world: World, three: Thread, ada: User, dina: User, edgar: User, lost: bool
) -> None:
    second, without = world.open(dina, edgar), world.open(ada, dina)
    raw = world.seal(ada, three)
    world.replace(edgar, lost=lost)
    for thread in (three, second):
        with pytest.raises(StaleEpochError):
            world.post(dina, thread)
    with pytest.raises(StaleEpochError):
        world.post(ada, three, raw)
    note = make_envelope(
        world.header(ada, three, klass=Class.EPHEMERAL),
        TypingBody(True),
        key=world.epochs[three.id][-1].key,
        seeds=world.keys(ada),
    )
    with pytest.raises(StaleEpochError):
        services.pass_on(actor=actor_of(ada, world.workspace), thread_id=three.id, raw=note)
    assert world.post(dina, without).seq == 1
    with in_workspace(world.workspace.id):
        # Nobody is out.
        actor = actor_of(ada, world.workspace)
        assert selectors.list_put_out(actor, three.id) == selectors.list_leaves(actor, three.id)


def test_their_own_epoch_lets_everybody_send_again(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    world.replace(edgar)
    world.publish(edgar, three, world.next(edgar, three, rows(world, ada, dina, edgar)))
    assert world.post(dina, fresh(world, three)).seq == 1
    assert world.post(edgar, three).seq == 2


def test_an_owners_epoch_under_the_old_keys_is_refused(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    behind = world.next(ada, three, rows(world, ada, dina, edgar))
    world.replace(edgar, lost=True)
    with pytest.raises(OvertakenError):
        world.publish(ada, three, behind)
    world.publish(ada, three, world.next(ada, three, rows(world, ada, dina, edgar)))
    assert world.post(dina, fresh(world, three)).seq == 1


def test_sending_waits_for_everyone_who_has_new_keys(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    world.replace(dina)
    made = world.next(dina, three, rows(world, ada, dina, edgar))
    world.replace(edgar)
    world.publish(dina, three, made)
    with pytest.raises(StaleEpochError):
        world.post(dina, fresh(world, three))
    world.publish(edgar, three, world.next(edgar, three, rows(world, ada, dina, edgar)))
    assert world.post(dina, fresh(world, three)).seq == 1


def test_whoever_has_new_keys_is_removed_and_sending_goes_on(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    world.replace(edgar, lost=True)
    world.publish(ada, three, world.next(ada, three, rows(world, ada, dina)))
    assert world.post(dina, fresh(world, three)).seq == 1


def test_open_pages_are_told(
    world: World,
    three: Thread,
    edgar: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    told: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(events, "broadcast", lambda *event: told.append(event))
    world.replace(edgar)
    assert told == [
        (
            selectors.thread_group(three.id),
            {"type": "thread.epoch", "thread": three.id.bytes, "number": 1, "due": True},
        )
    ]


def test_asks_no_more_of_the_database_for_many_threads(
    world: World, three: Thread, dina: User, edgar: User
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        world.replace(edgar)
    for _each in range(5):
        world.open(dina, edgar)
    with CaptureQueriesContext(connection) as many:
        world.replace(edgar)
    # The log grows by one leaf: its own queries differ by a node.
    assert len(many) <= len(few) + 2


def test_the_tick_holds_sending_for_keys_that_were_replaced_before(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    second = world.open(dina, edgar)
    world.renew(edgar)
    world.publish(edgar, second, world.next(edgar, second, rows(world, dina, edgar)))
    assert not fresh(world, three).key_due
    tasks.tick_seats()
    assert fresh(world, three).key_due
    assert not fresh(world, second).key_due
    assert services.sweep_stale_keys(world.workspace.id) == 0
