"""Which of a thread's people are guests, and what their links are called.

A guest's keys are in no public log: the epoch that brought them in vouches for the first, and only those
can name the second. So whoever is a guest in every roster is checked against the rosters alone, and
everybody else against the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from comms.client.epochs import Epochs
from comms.client.log import KeyLog
from comms.client.people import Person
from comms.client.remote import ListedEpoch, ListedGuest, Remote
from comms.wire.epochs import read_record
from comms.wire.errors import WireError
from comms.wire.guests import open_name
from comms.wire.identity import Kind
from comms.wire.roster import Role

ENTRIES = 2
"""Of the link, and of the browser that opened it."""


class Roll:
    """From the records as they are listed; whether they are genuine is checked with the chain."""

    def __init__(self, listed: Sequence[ListedEpoch]) -> None:
        rows = [row for one in listed for row in read_record(one.record).tbs.roster]
        self._seated = {row.member for row in rows}
        self.guests = self._seated - {row.member for row in rows if row.role is not Role.GUEST}

    def logged(self, people: Sequence[Person]) -> list[Person]:
        """Those who must be in the log. People of newer epochs are left out: those are loaded next."""
        return [one for one in people if one.user in self._seated - self.guests]

    def unlogged(self, people: Sequence[Person]) -> list[Person]:
        """The guests, whose chains have a first entry and at most one successor. Raises WireError."""
        found = [one for one in people if one.user in self.guests]
        for one in found:
            if len(one.chain) > ENTRIES or any(e.kind is Kind.RESET for e in one.chain):
                raise WireError("chain", "keys of a guest that do not follow from their link")
        return found


def load_people(remote: Remote, log: KeyLog, thread: UUID, roll: Roll) -> list[Person]:
    """Whoever must be in the log is, and guests have no more keys than a guest may. Raises Trouble, WireError."""
    guests: list[Person] = []

    def load() -> list[Person]:
        everyone = remote.people(thread)
        guests[:] = roll.unlogged(everyone)
        return roll.logged(everyone)

    return [*log.people(load), *guests]


def labels(thread: UUID, guests: Sequence[ListedGuest], epochs: Epochs) -> dict[UUID, str]:
    """What the guests' links are called, as far as this person has the keys."""
    found: dict[UUID, str] = {}
    for one in guests:
        if not 1 <= one.label_epoch <= len(epochs.all):
            continue
        key = epochs.all[one.label_epoch - 1].key
        if key is None:
            continue
        try:
            found[one.id] = open_name(key, thread, one.id, one.label_epoch, one.label)
        except WireError:
            # Whoever made the link may have sealed anything: then it has no name.
            continue
    return found
