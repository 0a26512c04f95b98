"""Notices of those who leave: whom they let the others leave out, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from comms.wire import epoch_rules, epochs
from comms.wire.epoch_making import NewEpoch
from comms.wire.epochs import EpochTbs
from comms.wire.errors import WireError
from comms.wire.leaving import (
    LeaveNotice,
    make_leave_notice,
    read_leave_notice,
    verify_leave_notice,
)
from comms.wire.roster import Role, RosterRow
from comms.wire.safety import safety_code, safety_number
from tests.wire.conftest import NOW, Person, epoch_of, person
from tests.wire.test_epoch_rules import check, following, refused
from tests.wire.test_vectors import seeds_of
from tests.wire.vectors import load

h = bytes.fromhex


@pytest.fixture(scope="module")
def full(anna: Person, boris: Person, mallory: Person) -> NewEpoch:
    """Anna owns; Boris and Mallory are members."""
    rows = [anna.row(Role.OWNER), boris.row(), mallory.row()]
    return epoch_of(anna, rows, [anna, boris, mallory])


def notice_of(leaver: Person, left: NewEpoch, **changes: Any) -> LeaveNotice:
    fields = {"thread": left.record.tbs.thread, "member": leaver.id, "epoch": left.record.hash}
    made = make_leave_notice(**{**fields, **changes}, made_at=NOW, seeds=leaver.seeds)
    return read_leave_notice(made)


def without(before: NewEpoch, *members: Person) -> tuple[RosterRow, ...]:
    gone = {member.id for member in members}
    return tuple(row for row in before.record.tbs.roster if row.member not in gone)


def leaving(before: NewEpoch, author: Person, leaver: Person, *notices: LeaveNotice) -> EpochTbs:
    return following(before, author, roster=without(before, leaver), leaves=notices)


def test_a_poster_leaves_out_whoever_gave_notice(
    boris: Person, mallory: Person, full: NewEpoch
) -> None:
    check(leaving(full, mallory, boris, notice_of(boris, full)), full)
    with refused():
        check(leaving(full, mallory, boris), full)


def test_a_notice_is_good_for_its_member_thread_and_epoch_only(
    anna: Person, boris: Person, mallory: Person, full: NewEpoch
) -> None:
    good = notice_of(boris, full)
    later = epoch_of(anna, list(full.record.tbs.roster), [anna, boris, mallory], after=full)
    wrong = (
        leaving(later, mallory, boris, good),
        leaving(full, mallory, boris, notice_of(boris, full, thread=uuid4())),
        leaving(full, mallory, boris, notice_of(mallory, full, member=boris.id)),
        leaving(full, mallory, boris, good, good),
        leaving(full, anna, boris, notice_of(mallory, full)),
        leaving(full, anna, boris, good, notice_of(person(), full)),
    )
    for tbs in wrong:
        with refused():
            check(tbs, later if tbs.number == 3 else full)
    with refused():
        epoch_rules.check_first(replace(full.record.tbs, leaves=(good,)))


def test_a_notice_by_other_keys_is_refused(boris: Person, mallory: Person, full: NewEpoch) -> None:
    notice = notice_of(boris, full)
    verify_leave_notice(notice, boris.seeds.public)
    signed = notice.signatures
    spoilt = signed._replace(mldsa=bytes([signed.mldsa[0] ^ 1]) + signed.mldsa[1:])
    for bad, keys in (
        (notice, mallory.seeds.public),
        (
            replace(notice, tbs_raw=notice.tbs_raw[:-1] + bytes([notice.tbs_raw[-1] ^ 1])),
            boris.seeds.public,
        ),
        (replace(notice, signatures=spoilt), boris.seeds.public),
    ):
        with pytest.raises(WireError):
            verify_leave_notice(bad, keys)


def test_a_record_holds_at_most_eight_notices(boris: Person, full: NewEpoch) -> None:
    notice = notice_of(boris, full)
    assert epochs.read_tbs(replace(full.record.tbs, leaves=(notice,) * 8).encode()).leaves
    with pytest.raises(WireError):
        replace(full.record.tbs, leaves=(notice,) * 9).encode()


def test_what_the_vectors_say_of_leaving() -> None:
    vectors = load("leaving")
    notice = read_leave_notice(h(vectors["notice"]))
    assert (str(notice.thread), str(notice.member)) == (vectors["thread"], vectors["member"])
    assert notice.made_at == vectors["made_at"]
    verify_leave_notice(notice, seeds_of("boris").public)
    one, two = (epochs.read_record(h(raw)) for raw in vectors["records"])
    assert [one.hash.hex(), two.hash.hex()] == vectors["hashes"]
    epochs.verify_record(two, seeds_of("chidi").public)
    assert two.tbs.leaves == (notice,)
    epoch_rules.check_succession(two.tbs, one.tbs, one.hash, is_successor=lambda *_: False)


def test_safety_numbers_are_the_same_from_both_sides() -> None:
    rows = load("safety")
    for row in rows:
        one, other = ((UUID(user), h(print_)) for user, print_ in row["sides"])
        assert safety_number(one, other) == safety_number(other, one) == row["number"]
        assert safety_code(one, other) == row["code"]
        assert len(row["number"]) == 60
        changed = (other[0], bytes([other[1][0] ^ 1]) + other[1][1:])
        assert safety_number(one, changed) != row["number"]
    assert rows[0]["number"] == rows[1]["number"] != rows[2]["number"]


def test_a_safety_number_is_of_two_people() -> None:
    for bad in ((uuid4(), bytes(31)),):
        with pytest.raises(WireError):
            safety_number((uuid4(), bytes(32)), bad)
    someone = uuid4()
    with pytest.raises(WireError):
        safety_number((someone, bytes(32)), (someone, bytes(32)))
