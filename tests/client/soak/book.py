"""One thread as the steps' own account has it: who is in it since when, what was posted, what lies in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from comms.wire.bodies import (
    Body,
)
from comms.wire.envelopes import Envelope as Sealed
from comms.wire.epochs import EpochRecord
from comms.wire.roster import Role


class SoakError(AssertionError):
    """Somebody entitled can't read, somebody else can, or somebody reads something else."""


@dataclass
class Stint:
    """Readable are the places after `after`, up to `until`; None while it lasts."""

    after: int
    until: int | None = None

    def covers(self, seq: int) -> bool:
        return self.after < seq and (self.until is None or seq <= self.until)


@dataclass
class Attempt:
    """Something that somebody posted. `state`: ok, failed, or maybe, where no answer came."""

    sender: UUID
    body: Body
    state: str = "maybe"


@dataclass
class Row:
    """An envelope as it lies in the database, and the body that an honest key opens."""

    seq: int
    sealed: Sealed
    sender: UUID
    body: Body
    role: Role | None


@dataclass
class Book:
    """One thread. `people` are those who are in it now, by the steps' own account."""

    thread: UUID
    people: dict[UUID, Role] = field(default_factory=dict)
    stints: dict[UUID, list[Stint]] = field(default_factory=dict)
    gone: dict[UUID, int] = field(default_factory=dict)
    """Out, but not out of the newest record yet; since which place."""
    attempts: list[Attempt] = field(default_factory=list)
    epochs: dict[int, EpochRecord] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    links: dict[UUID, str] = field(default_factory=dict)
    is_closed: bool = False

    def owners(self) -> list[UUID]:
        return [one for one, role in self.people.items() if role is Role.OWNER]

    def readable(self, who: UUID, seq: int) -> bool:
        return any(stint.covers(seq) for stint in self.stints.get(who, ()))

    def reads_from(self, who: UUID) -> int:
        return self.stints[who][-1].after


@dataclass
class Meant:
    """What a step meant to change in a thread, as far as it said that it succeeded or may have."""

    added: dict[UUID, Role] = field(default_factory=dict)
    removed: set[UUID] = field(default_factory=set)
    roles: dict[UUID, Role] = field(default_factory=dict)
    left: set[UUID] = field(default_factory=set)
    surely: set[UUID] = field(default_factory=set)
    """Of these people it was said that the change is done."""


def entitled(book: Book, who: UUID, seq: int, ends: Mapping[UUID, int] | None) -> bool:
    if ends is not None and seq > ends.get(book.thread, 0):
        return False
    return book.readable(who, seq)
