"""Who is in an epoch, and the policy that they agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from uuid import UUID

from comms.wire.cbor import Value
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, uint, uuid

ROSTER_LIMIT: Final = 500


class Role(IntEnum):
    OWNER = 1
    MEMBER = 2
    OBSERVER = 3
    GUEST = 4


class MayAdd(IntEnum):
    OWNERS = 1
    OWNERS_AND_MEMBERS = 2


@dataclass(frozen=True)
class RosterRow:
    """One member with the keys they use; `expires` in milliseconds, 0 for never."""

    member: UUID
    fingerprint: bytes
    role: Role
    expires: int = 0

    def to_value(self) -> list[Value]:
        return [self.member.bytes, self.fingerprint, int(self.role), self.expires]

    def expired(self, now: int) -> bool:
        return 0 < self.expires <= now

    def may_post(self, now: int) -> bool:
        return self.role is not Role.OBSERVER and not self.expired(now)


@dataclass(frozen=True)
class Policy:
    """`retention` in seconds, 0 to keep; `history`: joiners read everything; `approval` before send."""

    may_add: MayAdd = MayAdd.OWNERS
    retention: int = 0
    history: bool = True
    approval: bool = False

    def to_value(self) -> list[Value]:
        return [int(self.may_add), self.retention, int(self.history), int(self.approval)]


def read_policy(value: Value) -> Policy:
    may_add, retention, history, approval = array(value, 4)
    return Policy(
        MayAdd(uint(may_add, 1, 2)),
        uint(retention, 0, 2**32 - 1),
        bool(uint(history, 0, 1)),
        bool(uint(approval, 0, 1)),
    )


def read_roster(value: Value) -> tuple[RosterRow, ...]:
    """Raises WireError unless the rows ascend by member and one of them is an owner."""
    rows = tuple(_read_row(row) for row in array(value, 1, ROSTER_LIMIT))
    ordered = sort_roster(rows)
    if ordered != rows or len({row.member for row in rows}) != len(rows):
        raise WireError("malformed", "roster out of order, or a member twice")
    if not any(row.role is Role.OWNER for row in rows):
        raise WireError("malformed", "a thread without an owner")
    return rows


def sort_roster(rows: Sequence[RosterRow]) -> tuple[RosterRow, ...]:
    return tuple(sorted(rows, key=lambda row: row.member.bytes))


def find(rows: Sequence[RosterRow], member: UUID) -> RosterRow | None:
    return next((row for row in rows if row.member == member), None)


def _read_row(value: Value) -> RosterRow:
    member, fingerprint, role, expires = array(value, 4)
    return RosterRow(uuid(member), octets(fingerprint, 32), Role(uint(role, 1, 4)), uint(expires))
