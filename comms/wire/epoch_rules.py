"""Which epoch may follow which, and by whom. Clients enforce it; the server checks it too.

Owners may do anything. Any other poster: refresh the same roster, remove an expired guest or somebody who
gave notice, replace their own fingerprint by its successor, and add members where the policy lets members
add. A notice holds for the one epoch that follows the one it names, so it can't be used again later.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from comms.wire.epochs import EpochTbs
from comms.wire.errors import WireError
from comms.wire.roster import MayAdd, Role, RosterRow, find

# (member, old fingerprint, new fingerprint) -> whether the new follows from the old
IsSuccessor = Callable[[UUID, bytes, bytes], bool]


def check_first(tbs: EpochTbs) -> None:
    """Raises WireError unless this may open a thread: number 1, by an owner of its own roster."""
    author = find(tbs.roster, tbs.author)
    if tbs.leaves:
        raise WireError("chain", "nobody leaves a thread that only begins")
    if tbs.number != 1 or author is None or author.role is not Role.OWNER:
        raise WireError("chain", "a thread starts with epoch 1, by one of its owners")
    if author.fingerprint != tbs.author_fingerprint:
        raise WireError("chain", "the author signs with other keys than the roster says")


def check_succession(
    tbs: EpochTbs, before: EpochTbs, before_hash: bytes, *, is_successor: IsSuccessor
) -> None:
    """Raises WireError("chain") unless `tbs` may follow `before`."""
    _check_link(tbs, before, before_hash)
    _check_leaves(tbs, before, before_hash)
    author = find(before.roster, tbs.author)
    if author is None or not author.may_post(tbs.made_at):
        raise WireError("chain", "the author may not publish an epoch of this thread")
    if author.fingerprint != tbs.author_fingerprint and not is_successor(
        tbs.author, author.fingerprint, tbs.author_fingerprint
    ):
        raise WireError("chain", "the author signs with keys that the thread does not know")
    now = find(tbs.roster, tbs.author)
    if now is not None and now.fingerprint != tbs.author_fingerprint:
        raise WireError("chain", "the author signs with other keys than the roster says")
    if author.role is Role.OWNER:
        return
    if tbs.policy != before.policy:
        raise WireError("chain", "only an owner changes the policy")
    for row in before.roster:
        _check_kept(row, find(tbs.roster, row.member), tbs)
    for row in tbs.roster:
        if find(before.roster, row.member) is None:
            _check_added(row, author, before)


def _check_link(tbs: EpochTbs, before: EpochTbs, before_hash: bytes) -> None:
    if tbs.thread != before.thread or tbs.previous != before_hash:
        raise WireError("chain", "the epoch does not follow the one before it")
    if tbs.number != before.number + 1:
        raise WireError("chain", "epoch numbers have a gap")
    if tbs.suite < before.suite:
        raise WireError("chain", "the suite was lowered")
    if tbs.start.seq < before.start.seq or (
        tbs.start.seq == before.start.seq and tbs.start.t != before.start.t
    ):
        raise WireError("chain", "the epoch starts before the one it follows")


def _check_leaves(tbs: EpochTbs, before: EpochTbs, before_hash: bytes) -> None:
    left = [notice.member for notice in tbs.leaves]
    if len(set(left)) != len(left):
        raise WireError("chain", "somebody leaves twice")
    for notice in tbs.leaves:
        row = find(before.roster, notice.member)
        if row is None or find(tbs.roster, notice.member) is not None:
            raise WireError("chain", "a notice of somebody who does not leave")
        if (notice.thread, notice.epoch) != (tbs.thread, before_hash):
            raise WireError("chain", "a notice for another epoch")
        if notice.fingerprint != row.fingerprint:
            raise WireError("chain", "a notice by other keys than the roster says")


def _check_kept(old: RosterRow, new: RosterRow | None, tbs: EpochTbs) -> None:
    if new is None:
        if any(notice.member == old.member for notice in tbs.leaves):
            return
        if old.role is not Role.GUEST or not old.expired(tbs.made_at):
            raise WireError("chain", "only an owner removes a member")
        return
    own_keys = old.member == tbs.author and new.fingerprint == tbs.author_fingerprint
    if (new.role, new.expires) != (old.role, old.expires) or (
        new.fingerprint != old.fingerprint and not own_keys
    ):
        raise WireError("chain", "only an owner changes another member's row")


def _check_added(row: RosterRow, author: RosterRow, before: EpochTbs) -> None:
    allowed = before.policy.may_add is MayAdd.OWNERS_AND_MEMBERS and author.role is Role.MEMBER
    if not allowed or row.role is Role.OWNER:
        raise WireError("chain", "the author may not add this member")
