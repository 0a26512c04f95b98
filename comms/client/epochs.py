"""The chain of a thread's epochs, checked from the first one on, with the keys this person holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from comms.client.account import Keys
from comms.client.errors import Trouble, alarming
from comms.client.people import People
from comms.client.remote import ListedEpoch
from comms.wire import epochs as wire
from comms.wire.envelopes import read_envelope
from comms.wire.epoch_rules import check_first, check_succession
from comms.wire.epochs import About, EpochRecord
from comms.wire.errors import WireError
from comms.wire.leaving import verify_leave_notice
from comms.wire.roster import Role, find
from comms.wire.vault import ThreadHead


@dataclass(frozen=True)
class OpenEpoch:
    """`key` is None for an epoch from before this person joined."""

    record: EpochRecord
    key: bytes | None = field(repr=False)


class Epochs:
    """Made by `check_epochs`: all of them, in order."""

    def __init__(self, found: Sequence[OpenEpoch]) -> None:
        self.all = tuple(found)
        self._by_hash = {one.record.hash: one for one in found}

    @property
    def newest(self) -> OpenEpoch:
        return self.all[-1]

    def find(self, digest: bytes) -> OpenEpoch | None:
        return self._by_hash.get(digest)

    def covers(self, epoch: OpenEpoch, seq: int) -> bool:
        """Whether envelope `seq` may be of this epoch: after its start, not after the next one's."""
        number = epoch.record.tbs.number
        following = self.all[number] if number < len(self.all) else None
        return seq > epoch.record.tbs.start.seq and (
            following is None or seq <= following.record.tbs.start.seq
        )

    def know_all_of(self, envelopes: Iterable[bytes]) -> bool:
        """Whether each that is still there and can be read is of one of these epochs."""
        for raw in filter(None, envelopes):
            try:
                epoch = read_envelope(raw).header.epoch
            except WireError:
                continue  # what it is will be said when it is checked
            if self.find(epoch) is None:
                return False
        return True

    def about(self) -> About:
        """Title and pins of the newest. Raises Trouble."""
        record, key = self.newest.record, self.newest.key
        if key is None:
            raise Trouble("forged-epoch", "no key of the newest epoch")
        with alarming("forged-epoch"):
            return wire.open_about(record, key)


def check_epochs(
    thread: UUID,
    listed: Sequence[ListedEpoch],
    people: People,
    keys: Keys,
    known: ThreadHead | None,
) -> Epochs:
    """Raises Trouble: "forged-epoch" for a record that its author did not sign, may not publish, or that
    holds another key; "rollback" or "fork" against the head that this person has seen before."""
    found: list[OpenEpoch] = []
    with alarming("forged-epoch"):
        for one in listed:
            record = wire.read_record(one.record)
            _check_record(thread, record, found[-1].record if found else None, people)
            fresh = OpenEpoch(record, key_of(record, one, keys))
            if found:
                _check_title(found[-1], fresh)
            found.append(fresh)
    if not found:
        raise Trouble("forged-epoch", "a thread without an epoch")
    if known is not None:
        if known.epoch > len(found):
            raise Trouble("rollback", f"epoch {known.epoch} is gone")
        if found[known.epoch - 1].record.hash != known.epoch_hash:
            raise Trouble("fork", f"another epoch {known.epoch} than the one seen before")
    return Epochs(found)


def key_of(record: EpochRecord, listed: ListedEpoch, keys: Keys) -> bytes | None:
    """By the keys that the roster or the gift of history names. Raises WireError."""
    if not listed.wrap:
        return None
    if listed.history:
        seed = keys.xwing_seed_of(listed.history)
        if seed is None:
            return None
        return wire.open_history_key(record, listed.history, seed, listed.wrap)
    row = find(record.tbs.roster, keys.user)
    if row is None:
        raise WireError("chain", "a wrap without a place in the roster")
    seed = keys.xwing_seed_of(row.fingerprint)
    return None if seed is None else wire.open_epoch_key(record, keys.user, seed, listed.wrap)


def _check_record(
    thread: UUID, record: EpochRecord, before: EpochRecord | None, people: People
) -> None:
    tbs = record.tbs
    if tbs.thread != thread:
        raise WireError("chain", "a record of another thread")
    if before is None:
        check_first(tbs)
    else:
        check_succession(tbs, before.tbs, before.hash, is_successor=people.succeeds)
    author = people.keys(tbs.author, tbs.author_fingerprint)
    if author is None:
        raise WireError("signature", "the author's keys are not in their chain")
    wire.verify_record(record, author)
    for notice in tbs.leaves:
        leaver = people.keys(notice.member, notice.fingerprint)
        if leaver is None:
            raise WireError("signature", "a notice by unknown keys")
        verify_leave_notice(notice, leaver)
    for row in tbs.roster:
        if people.keys(row.member, row.fingerprint) is None:
            raise WireError("chain", "the roster has keys that are not in their owner's chain")


def _check_title(before: OpenEpoch, fresh: OpenEpoch) -> None:
    """It is sealed, so that only readers can see that nobody but an owner changes it. Raises WireError."""
    author = find(before.record.tbs.roster, fresh.record.tbs.author)
    is_owner = author is not None and author.role is Role.OWNER
    if is_owner or before.key is None or fresh.key is None:
        return
    old = wire.open_about(before.record, before.key)
    if old.title != wire.open_about(fresh.record, fresh.key).title:
        raise WireError("chain", "only an owner changes the title")
