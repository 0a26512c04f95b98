"""Whoever is removed from the workspace is out of its threads at once, and out of the next key."""

from __future__ import annotations

import pytest

from comms.accounts import services as accounts
from comms.accounts.models import Membership, User
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.models import AuditEntry
from comms.threads import selectors, services, tasks
from comms.threads.errors import OvertakenError, StaleEpochError
from comms.threads.models import Member, Thread
from comms.wire.roster import Role
from tests.factories import actor_of
from tests.threads.test_leaving import leave
from tests.threads.world import World


def remove(world: World, admin: User, person: User) -> None:
    place = Membership.objects.get(workspace=world.workspace, user=person)
    accounts.remove_member(actor=actor_of(admin, world.workspace), membership_id=place.id)


def put_out(world: World, reader: User, thread: Thread) -> list[object]:
    with in_workspace(world.workspace.id):
        return list(selectors.list_put_out(actor_of(reader, world.workspace), thread.id))


def fresh(world: World, thread: Thread) -> Thread:
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
    return thread


@pytest.fixture
def three(world: World, ada: User, dina: User, edgar: User) -> Thread:
    """A thread of Ada, who owns it and administers the workspace, Dina and Edgar."""
    return world.open(ada, dina, edgar)


def test_removal_from_the_workspace_ends_every_seat_at_once(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    second = world.open(ada, edgar)
    untouched = world.open(ada, dina)
    gone = actor_of(edgar, world.workspace)
    remove(world, ada, edgar)
    with in_workspace(world.workspace.id):
        # Also for a request that had loaded the person just before.
        for thread in (three, second):
            with pytest.raises(NotFoundError):
                selectors.get_thread(gone, thread.id)
        assert not Member.objects.filter(member_id=edgar.id, removed_at=None).exists()
        entries = AuditEntry.objects.filter(action="threads.put_out")
        assert {entry.subject_id for entry in entries} == {three.id, second.id}
        assert {entry.actor_id for entry in entries} == {ada.id}
    assert fresh(world, three).key_due
    assert fresh(world, second).key_due
    assert not fresh(world, untouched).key_due
    assert put_out(world, dina, three) == [edgar.id]
    assert put_out(world, dina, untouched) == []


def test_nothing_is_accepted_until_an_owner_has_made_the_next_epoch(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    remove(world, ada, edgar)
    with pytest.raises(StaleEpochError):
        world.post(dina, three)
    everyone = [world.row(ada, Role.OWNER), world.row(dina), world.row(edgar)]
    with pytest.raises(OvertakenError):
        world.publish(ada, three, world.next(ada, three, everyone))
    # A member may leave nobody out without their notice.
    with pytest.raises(InvalidError):
        world.publish(dina, three, world.next(dina, three, everyone[:2]))
    world.publish(ada, three, world.next(ada, three, everyone[:2]))
    assert world.post(dina, fresh(world, three)).seq == 1
    assert put_out(world, dina, three) == []


def test_who_is_invited_again_is_in_no_thread_until_an_owner_adds_them(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    remove(world, ada, edgar)
    place = Membership.objects.create(workspace=world.workspace, user=edgar, roles=["editor"])
    back = actor_of(edgar, world.workspace)
    with in_workspace(world.workspace.id):
        assert selectors.list_threads(back) == []
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    three = world.publish(ada, three, world.next(ada, three, rows))
    world.publish(ada, three, world.next(ada, three, [*rows, world.row(edgar)]))
    with in_workspace(world.workspace.id):
        assert [row.thread.id for row in selectors.list_threads(back)] == [three.id]
    place.delete()


def test_a_leaver_is_not_also_put_out(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    leave(world, edgar, three)
    remove(world, ada, edgar)
    assert put_out(world, dina, three) == []


def test_refuses_who_is_not_in_the_thread(world: World, ada: User, edgar: User) -> None:
    with pytest.raises(NotFoundError):
        put_out(world, edgar, world.open(ada))


def test_a_refused_removal_leaves_every_seat(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    with pytest.raises(ForbiddenError):
        remove(world, dina, edgar)
    with in_workspace(world.workspace.id):
        assert Member.objects.get(thread=three, member_id=edgar.id).removed_at is None


def test_the_tick_ends_seats_from_before_and_spares_guests(
    world: World, three: Thread, ada: User, dina: User, edgar: User
) -> None:
    Membership.objects.filter(workspace=world.workspace, user=edgar).delete()
    with in_workspace(world.workspace.id):
        Member.objects.filter(thread=three, member_id=dina.id).update(role=Member.Role.GUEST)
    Membership.objects.filter(workspace=world.workspace, user=dina).delete()
    tasks.tick_seats()
    with in_workspace(world.workspace.id):
        seats = dict(Member.objects.filter(thread=three).values_list("member_id", "removed_at"))
    assert seats[edgar.id] is not None
    assert seats[dina.id] is None
    assert seats[ada.id] is None
    assert services.sweep_seats(world.workspace.id) == 0
