"""Three people with keys, and a thread between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from comms.wire.epoch_making import NewEpoch, make_epoch
from comms.wire.epochs import About
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.transcript import Head
from tests.wire.vectors import load

NOW = 1_795_339_200_000
CHECKPOINT: bytes = load("tlog")["checkpoints"][0]["bare"].encode()


@dataclass(frozen=True)
class Person:
    id: UUID
    seeds: IdentitySeeds

    def row(self, role: Role = Role.MEMBER, expires: int = 0) -> RosterRow:
        return RosterRow(self.id, self.seeds.public.fingerprint, role, expires)


def person() -> Person:
    return Person(uuid4(), IdentitySeeds.generate())


@pytest.fixture(scope="session")
def anna() -> Person:
    return person()


@pytest.fixture(scope="session")
def boris() -> Person:
    return person()


@pytest.fixture(scope="session")
def mallory() -> Person:
    return person()


@pytest.fixture(scope="session")
def epoch(anna: Person, boris: Person) -> NewEpoch:
    return epoch_of(anna, [anna.row(Role.OWNER), boris.row()], [anna, boris])


def epoch_of(
    author: Person,
    rows: list[RosterRow],
    people: list[Person],
    *,
    after: NewEpoch | None = None,
    policy: Policy | None = None,
    start: Head | None = None,
    made_at: int = NOW,
) -> NewEpoch:
    return make_epoch(
        thread=after.record.tbs.thread if after else uuid4(),
        before=after.record if after else None,
        author=author.id,
        seeds=author.seeds,
        roster=rows,
        keys={one.id: one.seeds.public for one in people},
        policy=policy or (after.record.tbs.policy if after else Policy()),
        about=About("A title"),
        start=start or Head(),
        made_at=made_at,
        checkpoint=CHECKPOINT,
    )
