"""When a thread needs a new key, and making it.

At once, with sending held back until it is there: somebody is out (removed, also from the workspace, left,
or a guest whose time is up), or somebody's keys are others than the epoch's. Sometime, without holding
anything back: after seven days of use or 5,000 messages. Whoever loses the race for an epoch builds on the
winner's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from uuid import UUID

from comms.client.account import Keys
from comms.client.epochs import Epochs
from comms.client.errors import ServerError, Trouble, alarming
from comms.client.log import KeyLog
from comms.client.people import People
from comms.client.remote import Remote
from comms.wire.epoch_making import make_epoch
from comms.wire.epochs import About
from comms.wire.errors import WireError
from comms.wire.keys import PublicKeys
from comms.wire.leaving import NOTICES_LIMIT, LeaveNotice, verify_leave_notice
from comms.wire.roster import Policy, Role, RosterRow, find, sort_roster
from comms.wire.transcript import Head

WEEK: Final = 7 * 24 * 3_600_000
MESSAGES: Final = 5_000
_TRIES: Final = 8


def now() -> int:
    """Milliseconds since 1970, by this computer's clock."""
    return int(time.time() * 1000)


@dataclass(frozen=True)
class Shape:
    """What an epoch says of its thread. `newcomers` holds checked keys of people new to it."""

    roster: tuple[RosterRow, ...]
    policy: Policy
    about: About
    newcomers: Mapping[UUID, PublicKeys] = field(default_factory=dict)


Reshape = Callable[[Shape], Shape | None]
"""The next shape; None when there is nothing to change any more. Called again on a newer one."""


class Rotated(Protocol):
    """The conversation that is rotated, as it is now: others after `catch_up`."""

    thread: UUID
    epochs: Epochs
    people: People

    @property
    def head(self) -> Head: ...

    def pins(self) -> tuple[bytes, ...]:
        """Everything that is pinned now, for the next epoch's record."""

    def catch_up(self) -> object:
        """Fetches and checks newer epochs and messages."""


def due_roster(
    roster: Sequence[RosterRow],
    leavers: Collection[UUID],
    newest: Callable[[UUID], bytes | None],
    at: int,
) -> tuple[RosterRow, ...]:
    """The roster without those who are out, under everybody's newest keys."""
    kept = [
        row
        for row in roster
        if row.member not in leavers and not (row.role is Role.GUEST and row.expired(at))
    ]
    return tuple(replace(row, fingerprint=newest(row.member) or row.fingerprint) for row in kept)


class Rotation:
    """Makes epochs of one thread."""

    def __init__(self, remote: Remote, keys: Keys, log: KeyLog, thread: Rotated) -> None:
        self._remote = remote
        self._keys = keys
        self._log = log
        self._thread = thread
        self._leaves: tuple[LeaveNotice, ...] = ()
        self._put_out: frozenset[UUID] = frozenset()

    def renew(self, *, look: bool = True) -> bool:
        """Makes the epoch that is due at once, if this person may; whether sending still has to wait.

        Without `look` only by what is known here: the server isn't asked who is out.
        """
        if look:
            self.look()
        if not self._must():
            return False
        self.publish(self._mine)
        return self._must()

    @property
    def put_out(self) -> frozenset[UUID]:
        """Who is no member of the workspace any more, while the key that shuts them out is not there."""
        return self._put_out

    def refresh(self) -> None:
        """Makes a new key after a week of use or many messages. Somebody else's is as good."""
        self.publish(lambda shape: shape if self.refresh_due() else None)

    def refresh_due(self) -> bool:
        tbs = self._thread.epochs.newest.record.tbs
        messages = self._thread.head.seq - tbs.start.seq
        old = messages > 0 and now() - tbs.made_at >= WEEK
        return self._may_post() and (messages >= MESSAGES or old)

    def publish(self, reshape: Reshape) -> None:
        """Publishes what `reshape` makes of the newest epoch. Raises ServerError, Trouble."""
        is_newest = False
        for attempt in range(1, _TRIES + 1):
            tbs = self._thread.epochs.newest.record.tbs
            shape = reshape(Shape(tbs.roster, tbs.policy, self._thread.epochs.about()))
            if shape is None and not is_newest:
                # Nothing to do as far as is known here: somebody else may have changed it meanwhile.
                self._thread.catch_up()
                self.look()
                is_newest = True
                continue
            if shape is None:
                return
            about = About(shape.about.title, self._thread.pins())
            shape = replace(shape, about=about, roster=self._renewed(shape.roster))
            try:
                self._remote.publish(self._thread.thread, self._make(shape))
            except (ServerError, WireError) as error:
                # What makes no epoch here may make one of the newest.
                is_behind = (
                    not is_newest if isinstance(error, WireError) else error.code == "overtaken"
                )
                if not is_behind or attempt == _TRIES:
                    raise
                self._thread.catch_up()
                self.look()
                is_newest = True
                continue
            self._leaves, self._put_out = (), frozenset()
            self._thread.catch_up()
            return

    def look(self) -> None:
        """Who is out by their own notice, and whom the workspace has put out."""
        self._leaves = self._leavers()
        roster = self._thread.epochs.newest.record.tbs.roster
        with alarming("forged-epoch"):
            put_out = self._remote.put_out(self._thread.thread)
        self._put_out = frozenset(
            user for user in put_out if user != self._keys.user and find(roster, user) is not None
        )

    def _gone(self) -> set[UUID]:
        return {notice.member for notice in self._leaves} | self._put_out

    def _leavers(self) -> tuple[LeaveNotice, ...]:
        """Notices of those who are still in the newest epoch. Raises Trouble for a forged one."""
        record = self._thread.epochs.newest.record
        found: list[LeaveNotice] = []
        with alarming("forged-epoch"):
            notices = self._remote.leaves(self._thread.thread)
        for notice in notices:
            row = find(record.tbs.roster, notice.member)
            if row is None or (notice.thread, notice.epoch) != (self._thread.thread, record.hash):
                continue
            keys = self._thread.people.keys(notice.member, notice.fingerprint)
            if keys is None or row.fingerprint != notice.fingerprint:
                raise Trouble("forged-epoch", "a notice by unknown keys", notice.member)
            try:
                verify_leave_notice(notice, keys)
            except WireError as error:
                detail = "a notice that its member did not sign"
                raise Trouble("forged-epoch", detail, notice.member) from error
            found.append(notice)
        return tuple(found)

    def _due(self) -> tuple[RosterRow, ...]:
        def newest(member: UUID) -> bytes | None:
            entry = self._thread.people.newest(member)
            return entry.keys.fingerprint if entry else None

        roster = self._thread.epochs.newest.record.tbs.roster
        return due_roster(roster, self._gone(), newest, now())

    def _must(self) -> bool:
        return sort_roster(self._due()) != self._thread.epochs.newest.record.tbs.roster

    def _mine(self, shape: Shape) -> Shape | None:
        """What of it this person may publish: an owner all of it, others nobody's keys but their own."""
        if not self._may_post():
            return None
        roster = self._due()
        own = find(shape.roster, self._keys.user)
        if own is None or own.role is not Role.OWNER:
            if self._put_out:
                # Nobody but an owner removes a member without their notice.
                return None
            roster = tuple(
                row if row.member == self._keys.user else find(shape.roster, row.member) or row
                for row in roster
            )
        return None if sort_roster(roster) == shape.roster else replace(shape, roster=roster)

    def _renewed(self, roster: Sequence[RosterRow]) -> tuple[RosterRow, ...]:
        """The same people under their newest keys, as far as this person may: nothing new is wrapped to old ones."""
        before = self._thread.epochs.newest.record.tbs.roster
        own = find(before, self._keys.user)
        owns = own is not None and own.role is Role.OWNER

        def renewed(row: RosterRow) -> RosterRow:
            entry = self._thread.people.newest(row.member)
            mine = owns or row.member == self._keys.user
            if entry is None or not mine or find(before, row.member) is None:
                return row
            return replace(row, fingerprint=entry.keys.fingerprint)

        return tuple(map(renewed, roster))

    def _may_post(self) -> bool:
        newest = self._thread.epochs.newest
        own = find(newest.record.tbs.roster, self._keys.user)
        return own is not None and newest.key is not None and own.may_post(now())

    def _make(self, shape: Shape) -> bytes:
        record = self._thread.epochs.newest.record
        leaves = tuple(one for one in self._leaves if one.epoch == record.hash)[:NOTICES_LIMIT]
        gone = {notice.member for notice in leaves} | self._put_out
        roster = [row for row in shape.roster if row.member not in gone]
        keys: dict[UUID, PublicKeys] = {}
        for row in roster:
            known = self._thread.people.keys(row.member, row.fingerprint)
            found = known or shape.newcomers.get(row.member)
            if found is None:
                raise Trouble("forged-epoch", "no keys of a member", row.member)
            keys[row.member] = found
        return make_epoch(
            thread=self._thread.thread,
            before=record,
            author=self._keys.user,
            seeds=self._keys.seeds,
            roster=roster,
            keys=keys,
            policy=shape.policy,
            about=shape.about,
            start=self._thread.head,
            made_at=now(),
            checkpoint=self._log.note,
            leaves=leaves,
        ).upload
