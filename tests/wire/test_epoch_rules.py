"""Who may publish which epoch after which."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from comms.wire import epoch_rules
from comms.wire.epoch_making import NewEpoch
from comms.wire.epochs import EpochTbs
from comms.wire.errors import WireError
from comms.wire.roster import MayAdd, Policy, Role, RosterRow, sort_roster
from comms.wire.transcript import Head
from tests.wire.conftest import NOW, Person, epoch_of, person


def nobody_succeeds(_member: UUID, _old: bytes, _new: bytes) -> bool:
    return False


def check(
    tbs: EpochTbs,
    before: NewEpoch,
    is_successor: epoch_rules.IsSuccessor = nobody_succeeds,
) -> None:
    epoch_rules.check_succession(
        tbs, before.record.tbs, before.record.hash, is_successor=is_successor
    )


def following(before: NewEpoch, author: Person, **changes: object) -> EpochTbs:
    """The tbs of a refresh by `author`, with some fields changed; signatures play no part here."""
    tbs = replace(
        before.record.tbs,
        number=before.record.tbs.number + 1,
        previous=before.record.hash,
        author=author.id,
        author_fingerprint=author.seeds.public.fingerprint,
    )
    tbs = replace(tbs, **changes)  # type: ignore[arg-type] # tests name the fields
    return replace(tbs, wrap_hashes=(bytes(32),) * len(tbs.roster))


def refused() -> pytest.RaisesExc[WireError]:
    return pytest.RaisesExc(WireError, check=lambda error: error.code == "chain")


def with_row(before: NewEpoch, row: RosterRow) -> tuple[RosterRow, ...]:
    rest = [old for old in before.record.tbs.roster if old.member != row.member]
    return sort_roster([*rest, row])


def without(before: NewEpoch, member: Person) -> tuple[RosterRow, ...]:
    return tuple(row for row in before.record.tbs.roster if row.member != member.id)


@pytest.fixture(scope="module")
def guest() -> Person:
    return person()


@pytest.fixture(scope="module")
def observer() -> Person:
    return person()


@pytest.fixture(scope="module")
def full(anna: Person, boris: Person, guest: Person, observer: Person) -> NewEpoch:
    """Anna owns; Boris is a member; a guest who expires an hour after NOW; an observer."""
    rows = [
        anna.row(Role.OWNER),
        boris.row(),
        guest.row(Role.GUEST, NOW + 3_600_000),
        observer.row(Role.OBSERVER),
    ]
    return epoch_of(anna, rows, [anna, boris, guest, observer])


def test_first_epoch_is_by_an_owner_of_its_roster(
    anna: Person, boris: Person, full: NewEpoch
) -> None:
    epoch_rules.check_first(full.record.tbs)
    for author in (boris, person()):
        tbs = replace(
            full.record.tbs, author=author.id, author_fingerprint=author.seeds.public.fingerprint
        )
        with refused():
            epoch_rules.check_first(tbs)
    with refused():
        epoch_rules.check_first(replace(full.record.tbs, author_fingerprint=bytes(32)))
    with refused():
        epoch_rules.check_first(following(full, anna))


def test_owner_adds_removes_and_changes_policy(
    anna: Person, boris: Person, full: NewEpoch, mallory: Person
) -> None:
    check(following(full, anna, roster=with_row(full, mallory.row(Role.OWNER))), full)
    check(following(full, anna, roster=without(full, boris)), full)
    check(following(full, anna, policy=Policy(retention=60)), full)


def test_poster_refreshes_the_same_roster(boris: Person, guest: Person, full: NewEpoch) -> None:
    check(following(full, boris), full)
    check(following(full, guest), full)


def test_poster_removes_an_expired_guest_only(
    boris: Person, guest: Person, observer: Person, full: NewEpoch
) -> None:
    later = NOW + 3_600_000
    check(following(full, boris, roster=without(full, guest), made_at=later), full)
    with refused():
        check(following(full, boris, roster=without(full, guest)), full)
    with refused():
        check(following(full, boris, roster=without(full, observer), made_at=later), full)


def test_poster_replaces_own_keys_by_their_successor(boris: Person, full: NewEpoch) -> None:
    renewed = replace(person(), id=boris.id)
    tbs = following(full, renewed, roster=with_row(full, renewed.row()))
    check(tbs, full, is_successor=lambda member, _old, _new: member == boris.id)
    with refused():
        check(tbs, full)
    with refused():
        check(following(full, renewed), full, is_successor=lambda *_: True)


def test_refuses_a_ghost_added_by_a_member_or_nobody(
    boris: Person, mallory: Person, full: NewEpoch
) -> None:
    with refused():
        check(following(full, boris, roster=with_row(full, mallory.row())), full)
    with refused():
        check(following(full, mallory, roster=with_row(full, mallory.row())), full)


def test_members_add_where_the_policy_lets_them_but_never_owners(
    anna: Person, boris: Person, guest: Person, mallory: Person
) -> None:
    rows = [anna.row(Role.OWNER), boris.row(), guest.row(Role.GUEST)]
    policy = Policy(MayAdd.OWNERS_AND_MEMBERS)
    open_ = epoch_of(anna, rows, [anna, boris, guest], policy=policy)
    check(following(open_, boris, roster=with_row(open_, mallory.row())), open_)
    with refused():
        check(following(open_, boris, roster=with_row(open_, mallory.row(Role.OWNER))), open_)
    with refused():
        check(following(open_, guest, roster=with_row(open_, mallory.row())), open_)


def test_refuses_observer_expired_guest_and_stranger(
    observer: Person, guest: Person, mallory: Person, full: NewEpoch
) -> None:
    with refused():
        check(following(full, observer), full)
    with refused():
        check(following(full, guest, made_at=NOW + 3_600_000), full)
    with refused():
        check(following(full, mallory), full)


def test_refuses_a_swapped_key_or_role_by_a_member(
    anna: Person, boris: Person, mallory: Person, full: NewEpoch
) -> None:
    swapped = replace(anna.row(Role.OWNER), fingerprint=mallory.seeds.public.fingerprint)
    with refused():
        check(following(full, boris, roster=with_row(full, swapped)), full)
    with refused():
        check(following(full, boris, roster=with_row(full, boris.row(Role.OWNER))), full)
    with refused():
        check(following(full, boris, policy=Policy(retention=60)), full)


def test_refuses_gap_fork_rollback_and_lower_suite(anna: Person, full: NewEpoch) -> None:
    with refused():
        check(following(full, anna, number=3), full)
    with refused():
        check(following(full, anna, previous=bytes([1]) * 32), full)
    with refused():
        check(following(full, anna, suite=0), full)
    started = epoch_of(
        anna, [anna.row(Role.OWNER)], [anna], after=full, start=Head(5, bytes([1]) * 32)
    )
    check(following(started, anna), started)
    with refused():
        check(following(started, anna, start=Head(4, bytes([1]) * 32)), started)
    with refused():
        check(following(started, anna, start=Head(5, bytes([2]) * 32)), started)


def test_two_epochs_of_one_number_cannot_both_follow(anna: Person, full: NewEpoch) -> None:
    left = epoch_of(anna, [anna.row(Role.OWNER)], [anna], after=full)
    right = epoch_of(anna, [anna.row(Role.OWNER)], [anna], after=full, made_at=NOW + 1)
    check(following(left, anna), left)
    with refused():
        check(following(left, anna), right)
