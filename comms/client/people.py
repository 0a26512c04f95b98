"""Other people's keys: whole chains, and what this person has pinned of them.

The first keys seen of somebody are pinned. Later ones pass by themselves only if every step from the
pinned ones was signed by the keys before; anything else is *changed*, and stops sending.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from comms.client.account import Keys, read_chain
from comms.client.errors import Trouble
from comms.wire.cbor import Value
from comms.wire.fields import array, octets, text, uuid
from comms.wire.identity import IdentityEntry, Kind
from comms.wire.keys import PublicKeys
from comms.wire.vault import Pin, PinState

_PEOPLE_LIMIT = 2_000
_ENTRY_LIMIT = 16 * 1024


@dataclass(frozen=True)
class Person:
    """Somebody with keys; `chain` was followed from its first entry, `entry` is its last."""

    user: UUID
    name: str
    chain: tuple[IdentityEntry, ...]

    @property
    def entry(self) -> IdentityEntry:
        return self.chain[-1]


def read_people(answer: Value) -> list[Person]:
    """From [[user, name, [entry, …]], …]; people without keys are left out. Raises WireError."""
    found: list[Person] = []
    for row in array(answer, 0, _PEOPLE_LIMIT):
        user_id, name, entries = array(row, 3)
        user = uuid(user_id)
        raws = [octets(one, 1, _ENTRY_LIMIT) for one in array(entries, 0, 10_000)]
        if raws:
            found.append(Person(user, text(name, 0, 1_000), tuple(read_chain(user, raws))))
    return found


class People:
    """People of a thread or a workspace, against this person's pins."""

    def __init__(self, keys: Keys, people: Iterable[Person]) -> None:
        self._keys = keys
        self._people = {person.user: person for person in people}

    def everyone(self) -> list[Person]:
        return list(self._people.values())

    def name(self, user: UUID) -> str:
        found = self._people.get(user)
        return found.name if found else ""

    def newest(self, user: UUID) -> IdentityEntry | None:
        found = self._people.get(user)
        return found.entry if found else None

    def keys(self, user: UUID, fingerprint: bytes) -> PublicKeys | None:
        """The keys with this fingerprint, if they are in the person's chain."""
        found = self._people.get(user)
        chain = found.chain if found else ()
        return next((one.keys for one in chain if one.keys.fingerprint == fingerprint), None)

    def succeeds(self, user: UUID, old: bytes, new: bytes) -> bool:
        """Whether `new` follows from `old` by successors alone."""
        found = self._people.get(user)
        chain = found.chain if found else ()
        prints = [one.keys.fingerprint for one in chain]
        if old not in prints or new not in prints:
            return False
        between = chain[prints.index(old) + 1 : prints.index(new) + 1]
        return bool(between) and all(one.kind is Kind.SUCCESSOR for one in between)

    def state(self, user: UUID) -> str:
        """me, unverified, verified or changed."""
        if user == self._keys.user:
            return "me"
        pin = self._keys.pin_of(user)
        return (pin.state if pin else PinState.UNVERIFIED).name.lower()

    def trust(self, users: Iterable[UUID], now: int) -> None:
        """Pins what is new about them. Raises Trouble for changed keys, and for keys in one's own name."""
        own = self.newest(self._keys.user)
        if own is not None and own.number > self._keys.contents.number:
            # Perhaps another run of this program made them a moment ago.
            self._keys.catch_up()
        if own is not None and own.hash != self._keys.contents.entry_hash:
            raise Trouble("own-keys", f"entry {own.number} is not the one in the vault")
        fresh: list[Pin] = []
        trouble: Trouble | None = None
        for user in users:
            entry = self.newest(user)
            if user == self._keys.user or entry is None:
                continue
            pin = self._keys.pin_of(user)
            fingerprint = entry.keys.fingerprint
            changed = pin is not None and pin.state is PinState.CHANGED
            if pin is not None and pin.fingerprint == fingerprint and not changed:
                continue
            if pin is None or (not changed and self.succeeds(user, pin.fingerprint, fingerprint)):
                fresh.append(Pin(user, fingerprint, entry.number, PinState.UNVERIFIED, now))
            else:
                if not changed:
                    fresh.append(replace(pin, state=PinState.CHANGED, at=now))
                trouble = trouble or Trouble("changed-keys", "the keys do not follow", user)
        self._keys.set_pins(fresh)
        if trouble is not None:
            raise trouble

    def mark(self, user: UUID, state: PinState, now: int) -> None:
        """Pins the newest keys of somebody in this state: compared, accepted, or taken back."""
        entry = self.newest(user)
        if entry is not None:
            self._keys.set_pins([Pin(user, entry.keys.fingerprint, entry.number, state, now)])
