"""Leaving: the seat ends at once, the next epoch is made without the leaver, the last owner stays."""

from __future__ import annotations

import pytest

from comms.accounts.models import User
from comms.core.errors import InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services
from comms.threads.errors import OvertakenError, StaleEpochError
from comms.threads.models import Leave, Member, Thread
from comms.wire import leaving
from comms.wire.roster import Role
from tests.factories import actor_of
from tests.threads.world import NOW, World


def notice(world: World, leaver: User, thread: Thread) -> bytes:
    return leaving.make_leave_notice(
        thread=thread.id,
        member=leaver.id,
        epoch=world.epochs[thread.id][-1].record.hash,
        made_at=NOW,
        seeds=world.keys(leaver),
    )


def leave(world: World, leaver: User, thread: Thread, raw: bytes | None = None) -> bytes:
    raw = raw if raw is not None else notice(world, leaver, thread)
    actor = actor_of(leaver, world.workspace)
    services.leave_thread(actor=actor, thread_id=thread.id, raw=raw)
    return raw


@pytest.fixture
def three(world: World, ada: User, dina: User, edgar: User) -> Thread:
    """A thread of Ada, who owns it, Dina and Edgar."""
    return world.open(ada, dina, edgar)


def test_a_leaver_is_out_at_once(world: World, three: Thread, dina: User, edgar: User) -> None:
    raw = leave(world, edgar, three)
    with in_workspace(world.workspace.id):
        assert selectors.list_threads(actor_of(edgar, world.workspace)) == []
        with pytest.raises(NotFoundError):
            selectors.list_leaves(actor_of(edgar, world.workspace), three.id)
        assert selectors.list_leaves(actor_of(dina, world.workspace), three.id) == [raw]
    with pytest.raises(NotFoundError):
        leave(world, edgar, three, raw)


def test_nothing_is_accepted_until_a_poster_has_made_the_next_epoch(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    raw = leave(world, edgar, three)
    with pytest.raises(StaleEpochError):
        world.post(dina, three)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    with in_workspace(world.workspace.id):
        three.refresh_from_db()
    quoted = (leaving.read_leave_notice(raw),)
    world.publish(dina, three, world.next(dina, three, rows, leaves=quoted))
    assert world.post(dina, three).seq == 1
    with in_workspace(world.workspace.id):
        assert not Leave.objects.filter(thread=three).exists()
        assert selectors.list_leaves(actor_of(dina, world.workspace), three.id) == []


def test_an_epoch_that_still_has_the_leaver_is_overtaken(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    rows = [world.row(ada, Role.OWNER), world.row(dina), world.row(edgar)]
    made = world.next(ada, three, rows)
    leave(world, edgar, three)
    with pytest.raises(OvertakenError):
        world.publish(ada, three, made)


def test_a_member_leaves_out_nobody_without_their_notice(
    world: World, three: Thread, ada: User, dina: User
) -> None:
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    with pytest.raises(InvalidError):
        world.publish(dina, three, world.next(dina, three, rows))


def test_a_notice_by_other_keys_or_of_another_epoch_is_refused(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    forged = leaving.make_leave_notice(
        thread=three.id,
        member=edgar.id,
        epoch=world.epochs[three.id][-1].record.hash,
        made_at=NOW,
        seeds=world.keys(dina),
    )
    for raw in (forged, notice(world, dina, three), b"\xf6"):
        with pytest.raises(InvalidError):
            leave(world, edgar, three, raw)
    early = notice(world, edgar, three)
    rows = [world.row(ada, Role.OWNER), world.row(dina), world.row(edgar)]
    world.publish(ada, three, world.next(ada, three, rows))
    with pytest.raises(OvertakenError):
        leave(world, edgar, three, early)


def test_the_last_owner_hands_over_first(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    with pytest.raises(InvalidError) as refused:
        leave(world, ada, three)
    assert refused.value.field == "owner"
    rows = [world.row(ada, Role.OWNER), world.row(dina, Role.OWNER), world.row(edgar)]
    world.publish(ada, three, world.next(ada, three, rows))
    leave(world, ada, three)
    with pytest.raises(InvalidError):
        leave(world, dina, three)


def test_whoever_left_may_come_back(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    leave(world, edgar, three)
    without = [world.row(ada, Role.OWNER), world.row(dina)]
    with in_workspace(world.workspace.id):
        three.refresh_from_db()
    three = world.publish(ada, three, world.next(ada, three, without))
    world.publish(ada, three, world.next(ada, three, [*without, world.row(edgar)]))
    with in_workspace(world.workspace.id):
        assert Member.objects.get(thread=three, member_id=edgar.id).removed_at is None
    leave(world, edgar, three)
