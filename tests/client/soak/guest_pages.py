"""Pages of people without an account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from comms.client.conversation import Conversation
from comms.client.http import Connection
from comms.client.log import LOG, KeyLog
from comms.client.remote import Remote
from comms.client.rotation import now
from comms.wire import guests, identity
from comms.wire.cbor import decode, encode
from comms.wire.fields import array, octets, uuid
from comms.wire.keys import IdentitySeeds
from comms.wire.vault import Pin, ThreadHead, VaultContents
from tests.client.soak.browsers import Browser
from tests.client.soak.held import WORKSPACE, Held, KeepingTalk, losing


class GuestKeys:
    """What a guest's page holds in the place of a vault."""

    def __init__(self, connection: Connection, user: UUID) -> None:
        self.connection = connection
        self.user = user
        self.checkpoint = None
        self.contents: VaultContents
        self._heads: dict[UUID, ThreadHead] = {}
        self._pins: dict[UUID, Pin] = {}

    @property
    def seeds(self) -> IdentitySeeds:
        return self.contents.seeds

    def xwing_seed_of(self, fingerprint: bytes) -> bytes | None:
        own = {self.seeds.public.fingerprint: self.seeds.xwing, **dict(self.contents.old_xwing)}
        return own.get(fingerprint)

    def head_of(self, thread: UUID) -> ThreadHead | None:
        return self._heads.get(thread)

    def remember_head(self, head: ThreadHead) -> None:
        self._heads[head.thread] = head

    def pin_of(self, user: UUID) -> Pin | None:
        return self._pins.get(user)

    def set_pins(self, pins: Iterable[Pin]) -> None:
        self._pins.update({pin.user: pin for pin in pins})


class GuestLog(KeyLog):
    """A guest's keys are in no log, and their page remembers nothing of it."""

    def _check_own(self) -> None:
        return

    def _remember(self) -> None:
        return


class GuestRemote(Remote):
    """The addresses of a guest's page."""

    def __init__(self, connection: Connection, guest: UUID) -> None:
        super().__init__(connection, WORKSPACE)
        self._threads = f"/g/{WORKSPACE}/{guest}"


class GuestPage:
    """A browser without an account that has opened a guest's link."""

    def __init__(self, address: str, link: str, held: Held) -> None:
        place, _hash, fragment = link.partition("#")
        self.guest = UUID(place.rstrip("/").rpartition("/")[2])
        self.held = held
        self.losing = False
        self.connection = Connection(address)
        losing(self.connection, self)
        secret, _epoch = guests.read_fragment(fragment)
        self._door = f"/g/{WORKSPACE}/{self.guest}/"
        first = guests.guest_seeds(secret)
        self.thread, given = self._enter(first)
        self._use(given)
        fresh = IdentitySeeds.generate()
        own = identity.make_entry(
            user=self.guest,
            made_at=now(),
            seeds=fresh,
            after=self._link_entry(),
            old_seeds=first,
        )
        (renewed,) = array(decode(self._post("keys", own), limit=4096), 1)
        self._use(str(renewed))
        self.keys = GuestKeys(self.connection, self.guest)
        entry = identity.read_entry(own)
        self.keys.contents = VaultContents(
            fresh, entry.number, entry.hash, ((first.public.fingerprint, first.xwing),)
        )
        keys: Any = self.keys
        key_text = self.connection.send("GET", f"{LOG}key").decode().rstrip()
        log = GuestLog(keys, key_text, None)
        log.advance_from(None)
        remote = GuestRemote(self.connection, self.guest)
        self.conversation = Conversation(remote, keys, log, self.thread)
        self.conversation.talk = KeepingTalk()
        self.conversation.load()

    @property
    def user(self) -> UUID:
        return self.guest

    def talk(self, _thread: UUID) -> Conversation:
        return self.conversation

    def harvest(self) -> None:
        self.held.take(self.keys.contents, [self.conversation])

    def lose_next_answer(self) -> None:
        self.losing = True

    def _enter(self, seeds: IdentitySeeds) -> tuple[UUID, str]:
        asked = array(decode(self._post("challenge", encode([])), limit=4096), 4)
        thread = uuid(asked[0])
        challenge = guests.GuestChallenge(
            thread,
            self.guest,
            seeds.public.fingerprint,
            octets(asked[1], 32),
            self.connection.origin,
        )
        body = encode([guests.encode_challenge(challenge), guests.sign_challenge(challenge, seeds)])
        (given,) = array(decode(self._post("pass", body), limit=4096), 1)
        return thread, str(given)

    def _link_entry(self) -> identity.IdentityEntry:
        """As the members' browsers know it."""
        answer = self.connection.cbor("GET", f"{self._door}{self.thread}/people")
        for row in array(answer, 0, 500):
            user, _name, entries = array(row, 3)
            if uuid(user) == self.guest:
                return identity.read_entry(octets(array(entries, 1)[0], 1, 16_384))
        raise AssertionError("the guest is not among the people")

    def _post(self, what: str, body: bytes) -> bytes:
        return self.connection.send("POST", self._door + what, body=body)

    def _use(self, given: str) -> None:
        self.connection._client.headers["Authorization"] = f"Guest {given}"


Page = Browser | GuestPage
