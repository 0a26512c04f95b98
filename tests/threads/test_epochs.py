"""Publishing epochs: who may, who is out afterwards, and who reads from where."""

from __future__ import annotations

import pytest
from django.db import connection

from comms.accounts.models import User, Workspace
from comms.core.errors import InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services
from comms.threads.errors import OvertakenError
from comms.threads.models import Envelope, Epoch, Member, Thread, Wrap
from comms.wire.roster import Role, RosterRow
from tests.factories import actor_of
from tests.threads.world import World


def rows_of(world: World, owner: User, *others: User) -> list[RosterRow]:
    return [world.row(owner, Role.OWNER), *map(world.row, others)]


def test_removed_member_gets_nothing_any_more(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    world.post(dina, thread)
    thread = _fresh(world, thread)
    made = world.next(ada, thread, rows_of(world, ada))
    world.publish(ada, thread, made)
    actor = actor_of(dina, world.workspace)
    with in_workspace(world.workspace.id):
        assert selectors.list_threads(actor) == []
        with pytest.raises(NotFoundError):
            selectors.get_thread(actor, thread.id)
        epoch = Epoch.objects.get(thread=thread, number=2)
        assert not Wrap.objects.filter(epoch=epoch, member_id=dina.id).exists()
    with pytest.raises(NotFoundError):
        world.post(dina, thread)


def test_joiner_reads_from_their_joining_on(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    world.post(ada, thread)
    thread = _fresh(world, thread)
    world.publish(ada, thread, world.next(ada, thread, rows_of(world, ada, dina, edgar)))
    world.post(ada, thread)
    with in_workspace(world.workspace.id):
        page = selectors.list_envelopes(actor_of(edgar, world.workspace), thread.id)
        listed = selectors.list_epochs(actor_of(edgar, world.workspace), thread.id)
    assert (page.start.seq, len(page.items)) == (1, 1)
    assert [bool(one.wrap) for one in listed] == [False, True]


def test_member_refreshes_and_replaces_their_own_keys(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    world.publish(dina, thread, world.next(dina, thread, rows_of(world, ada, dina)))
    world.renew(dina)
    thread = _fresh(world, thread)
    world.publish(dina, thread, world.next(dina, thread, rows_of(world, ada, dina)))
    with in_workspace(world.workspace.id):
        member = Member.objects.get(thread=thread, member_id=dina.id)
    assert bytes(member.fingerprint) == world.keys(dina).public.fingerprint
    assert bytes(member.signing_key) == world.keys(dina).public.ed25519
    assert world.post(dina, thread).seq == 1


def test_refuses_keys_after_a_reset_as_a_successor(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    world.renew(dina, lost=True)
    with pytest.raises(InvalidError):
        world.publish(dina, thread, world.next(dina, thread, rows_of(world, ada, dina)))


def test_refuses_a_ghost_added_by_a_member(
    world: World, thread: Thread, ada: User, dina: User, edgar: User
) -> None:
    made = world.next(dina, thread, rows_of(world, ada, dina, edgar))
    with pytest.raises(InvalidError):
        world.publish(dina, thread, made)


def test_refuses_an_outsider(world: World, thread: Thread, ada: User, edgar: User) -> None:
    made = world.next(edgar, thread, rows_of(world, ada, edgar))
    with pytest.raises(NotFoundError):
        world.publish(edgar, thread, made)


def test_loser_of_a_race_is_overtaken(world: World, thread: Thread, ada: User, dina: User) -> None:
    one = world.next(ada, thread, rows_of(world, ada, dina))
    two = world.next(dina, thread, rows_of(world, ada, dina))
    world.publish(ada, thread, one)
    with pytest.raises(OvertakenError):
        services.publish_epoch(
            actor=actor_of(dina, world.workspace), thread_id=thread.id, upload=two.upload
        )


def test_epoch_that_a_message_overtook_is_refused(
    world: World, thread: Thread, ada: User, dina: User
) -> None:
    made = world.next(ada, thread, rows_of(world, ada, dina))
    world.post(dina, thread)
    with pytest.raises(OvertakenError):
        world.publish(ada, thread, made)


def test_another_workspace_sees_no_row(
    world: World, thread: Thread, ada: User, elsewhere: Workspace
) -> None:
    """Without any filter of ours: the database itself keeps the rows apart."""
    world.post(ada, thread)
    for model in (Thread, Member, Epoch, Wrap, Envelope):
        with in_workspace(world.workspace.id):
            assert model._default_manager.exists()
        with in_workspace(elsewhere.id):
            assert not model._default_manager.exists()
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = %s",
                [table],
            )
            assert cursor.fetchone() == (True,)


def _fresh(world: World, thread: Thread) -> Thread:
    with in_workspace(world.workspace.id):
        return Thread.objects.get(id=thread.id)
