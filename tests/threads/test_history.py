"""Giving a joiner earlier messages: by whom, from where, and without a gap."""

from __future__ import annotations

import pytest

from comms.accounts.models import User
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services
from comms.threads.models import Thread, Wrap
from comms.wire import epochs, history
from comms.wire.epoch_making import wrap_history
from comms.wire.hashing import sha256
from comms.wire.roster import Policy, Role
from tests.factories import actor_of
from tests.threads.world import World


def grant(world: World, thread: Thread, member: User, *numbers: int) -> bytes:
    """The wraps of these epochs for the member, as somebody's browser makes them."""
    keys = world.keys(member).public
    made = world.epochs[thread.id]
    wraps = {
        number: wrap_history(made[number - 1].record, made[number - 1].key, keys)
        for number in numbers
    }
    return history.encode_grant(history.HistoryGrant(thread.id, member.id, keys.fingerprint, wraps))


def give(world: World, giver: User, thread: Thread, raw: bytes) -> int:
    actor = actor_of(giver, world.workspace)
    return services.grant_history(actor=actor, thread_id=thread.id, raw=raw)


@pytest.fixture
def joined(world: World, thread: Thread, ada: User, dina: User, edgar: User) -> Thread:
    """Two epochs with a message each, then edgar joins with the third."""
    world.post(ada, thread)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
    thread = world.publish(ada, thread, world.next(ada, thread, rows))
    world.post(dina, thread)
    with in_workspace(world.workspace.id):
        thread.refresh_from_db()
    return world.publish(ada, thread, world.next(ada, thread, [*rows, world.row(edgar)]))


def readable(world: World, reader: User, thread: Thread) -> tuple[int, int]:
    """How many envelopes and how many keys the reader gets."""
    actor = actor_of(reader, world.workspace)
    with in_workspace(world.workspace.id):
        page = selectors.list_envelopes(actor, thread.id)
        listed = selectors.list_epochs(actor, thread.id)
    return len(page.items), sum(1 for one in listed if one.wrap)


def test_a_joiner_reads_nothing_from_before(world: World, joined: Thread, edgar: User) -> None:
    assert readable(world, edgar, joined) == (0, 1)


def test_an_owner_gives_everything_and_the_joiners_keys_open_it(
    world: World, joined: Thread, ada: User, edgar: User
) -> None:
    assert give(world, ada, joined, grant(world, joined, edgar, 1, 2)) == 1
    assert readable(world, edgar, joined) == (2, 3)
    seeds = world.keys(edgar)
    with in_workspace(world.workspace.id):
        listed = selectors.list_epochs(actor_of(edgar, world.workspace), joined.id)
    for number in (0, 1):
        one = listed[number]
        assert one.history_fingerprint == seeds.public.fingerprint
        record = epochs.read_record(one.record)
        key = epochs.open_history_key(record, one.history_fingerprint, seeds.xwing, one.wrap)
        assert key == world.epochs[joined.id][number].key
    assert listed[2].history_fingerprint == b""


def test_a_part_begins_with_an_epoch(world: World, joined: Thread, ada: User, edgar: User) -> None:
    assert give(world, ada, joined, grant(world, joined, edgar, 2)) == 2
    assert readable(world, edgar, joined) == (1, 2)
    assert give(world, ada, joined, grant(world, joined, edgar, 1)) == 1
    assert readable(world, edgar, joined) == (2, 3)


def test_an_owner_giving_again_doubles_nothing_and_puts_a_bad_gift_right(
    world: World, joined: Thread, ada: User, edgar: User
) -> None:
    keys = world.keys(edgar).public
    bad = history.HistoryGrant(
        joined.id, edgar.id, keys.fingerprint, {1: bytes(1168), 2: bytes(1168)}
    )
    good = history.decode_grant(grant(world, joined, edgar, 1, 2))
    for one in (bad, good, good):
        give(world, ada, joined, history.encode_grant(one))
        with in_workspace(world.workspace.id):
            gifts = Wrap.objects.filter(member_id=edgar.id, history=True)
            assert {bytes(wrap.content) for wrap in gifts} == set(one.wraps.values())
            assert gifts.count() == 2
            # The key of the epoch that they joined with is never touched.
            assert Wrap.objects.filter(member_id=edgar.id, history=False).count() == 1


def test_a_member_replaces_no_gift(world: World, ada: User, dina: User, edgar: User) -> None:
    policy = Policy(history=True)
    rows = [world.row(ada, Role.OWNER), world.row(dina)]
    made = world.epoch(ada, rows, policy=policy)
    thread = services.open_thread(actor=actor_of(ada, world.workspace), upload=made.upload)
    world.epochs[thread.id] = [made]
    following = world.epoch(ada, [*rows, world.row(edgar)], before=made, policy=policy)
    thread = world.publish(ada, thread, following)
    give(world, ada, thread, grant(world, thread, edgar, 1))
    with in_workspace(world.workspace.id):
        before = list(Wrap.objects.filter(member_id=edgar.id, history=True).values_list("id"))
    give(world, dina, thread, grant(world, thread, edgar, 1))
    with in_workspace(world.workspace.id):
        after = list(Wrap.objects.filter(member_id=edgar.id, history=True).values_list("id"))
    assert after == before


def test_refuses_a_gap(world: World, joined: Thread, ada: User, edgar: User) -> None:
    with pytest.raises(InvalidError):
        give(world, ada, joined, grant(world, joined, edgar, 1))
    assert readable(world, edgar, joined) == (0, 1)


def test_refuses_an_epoch_that_there_is_not(
    world: World, joined: Thread, ada: User, edgar: User
) -> None:
    keys = world.keys(edgar).public
    wraps = {number: bytes(1168) for number in (2, 3, 4)}
    raw = history.encode_grant(history.HistoryGrant(joined.id, edgar.id, keys.fingerprint, wraps))
    with pytest.raises(InvalidError):
        give(world, ada, joined, raw)


def test_refuses_a_member_unless_joiners_read_everything(
    world: World, ada: User, dina: User, edgar: User
) -> None:
    for lets, policy in ((False, Policy(history=False)), (True, Policy(history=True))):
        rows = [world.row(ada, Role.OWNER), world.row(dina)]
        made = world.epoch(ada, rows, policy=policy)
        thread = services.open_thread(actor=actor_of(ada, world.workspace), upload=made.upload)
        world.epochs[thread.id] = [made]
        following = world.epoch(ada, [*rows, world.row(edgar)], before=made, policy=policy)
        thread = world.publish(ada, thread, following)
        if lets:
            assert give(world, dina, thread, grant(world, thread, edgar, 1)) == 1
        else:
            with pytest.raises(ForbiddenError):
                give(world, dina, thread, grant(world, thread, edgar, 1))


def test_refuses_outsiders_and_for_outsiders(
    world: World, joined: Thread, ada: User, anna: User, edgar: User
) -> None:
    with pytest.raises(NotFoundError):
        give(world, anna, joined, grant(world, joined, edgar, 2))
    with pytest.raises(NotFoundError):
        give(world, ada, joined, grant(world, joined, anna, 2))


def test_refuses_keys_that_the_member_has_no_more(
    world: World, joined: Thread, ada: User, edgar: User
) -> None:
    world.renew(edgar)
    with pytest.raises(InvalidError):
        give(world, ada, joined, grant(world, joined, edgar, 2))


def test_refuses_another_thread_and_other_bytes(
    world: World, joined: Thread, ada: User, dina: User, edgar: User
) -> None:
    other = world.open(ada, dina)
    with pytest.raises(InvalidError):
        give(world, ada, other, grant(world, joined, edgar, 2))
    with pytest.raises(InvalidError):
        give(world, ada, joined, sha256(b"no grant"))
