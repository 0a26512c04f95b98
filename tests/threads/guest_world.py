"""A guest's link as the owner's browser makes it, and the guest's browser that opens it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from comms.accounts.models import User
from comms.core.actors import Actor
from comms.threads import services
from comms.threads.models import Guest, Thread
from comms.wire import guests as wire
from comms.wire import identity
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import Role, RosterRow
from comms.wire.transcript import Head
from tests.factories import actor_of
from tests.threads.world import NOW, World

ORIGIN = "http://testserver"
HOUR = 3_600_000


@dataclass
class Visitor:
    """Whoever holds a link. `seeds` are those that they sign with now."""

    world: World
    thread: Thread
    secret: bytes
    code: str
    expires: int
    id: UUID = field(default_factory=uuid4)
    seeds: IdentitySeeds = field(init=False, repr=False)
    first: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.seeds = wire.guest_seeds(self.secret, self.code)
        self.first = identity.make_entry(user=self.id, made_at=NOW, seeds=self.seeds)
        self.world.seeds[self.id] = self.seeds

    @property
    def workspace_id(self) -> UUID:
        return self.world.workspace.id

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.id, workspace_id=self.workspace_id, roles=frozenset(), name="")

    @property
    def someone(self) -> Any:
        """In the place of a user, where only the id counts."""
        return _Someone(self.id)

    @property
    def row(self) -> RosterRow:
        return RosterRow(self.id, self.seeds.public.fingerprint, Role.GUEST, self.expires)

    def register(self, maker: User) -> Guest:
        epoch = self.world.epochs[self.thread.id][-1]
        number = epoch.record.tbs.number
        return services.make_guest(
            actor=actor_of(maker, self.world.workspace),
            thread_id=self.thread.id,
            entry=self.first,
            expires=self.expires,
            with_code=self.code != "",
            label_epoch=number,
            label_box=wire.seal_name(epoch.key, self.thread.id, self.id, number, "Harbour desk"),
        )

    def answer(
        self, *, origin: str = ORIGIN, seeds: IdentitySeeds | None = None
    ) -> tuple[bytes, bytes]:
        """The challenge as their browser would answer it now."""
        asked = services.challenge_guest(workspace_id=self.workspace_id, guest_id=self.id)
        seeds = seeds or self.seeds
        challenge = wire.GuestChallenge(
            asked.thread_id, self.id, seeds.public.fingerprint, asked.nonce, origin
        )
        return wire.encode_challenge(challenge), wire.sign_challenge(challenge, seeds)

    def enter(self, *, seeds: IdentitySeeds | None = None) -> str:
        """A pass."""
        raw, signature = self.answer(seeds=seeds)
        return services.admit_guest(
            workspace_id=self.workspace_id,
            guest_id=self.id,
            raw=raw,
            signature=signature,
            origin=ORIGIN,
        )

    def successor(self) -> tuple[bytes, IdentitySeeds]:
        fresh = IdentitySeeds.generate()
        raw = identity.make_entry(
            user=self.id,
            made_at=NOW,
            seeds=fresh,
            after=identity.read_entry(self.first),
            old_seeds=self.seeds,
        )
        return raw, fresh

    def open(self) -> str:
        """Comes in, and puts keys of their own in the place of the link's. A pass."""
        self.enter()
        raw, fresh = self.successor()
        given = services.replace_guest_keys(actor=self.actor, raw=raw)
        self.seeds = self.world.seeds[self.id] = fresh
        return given

    def publish(self, rows: list[RosterRow]) -> Thread:
        """An epoch of their own."""
        made = self.world.epoch(
            self.someone,
            rows,
            before=self.world.epochs[self.thread.id][-1],
            start=Head(self.thread.seq, bytes(self.thread.t)),
        )
        published = services.publish_epoch(
            actor=self.actor, thread_id=self.thread.id, upload=made.upload
        )
        self.world.epochs[self.thread.id].append(made)
        return published


@dataclass(frozen=True)
class _Someone:
    id: UUID


def invite(
    world: World,
    thread: Thread,
    owner: User,
    others: list[RosterRow],
    *,
    code: str = "",
    hours: int = 24,
) -> Visitor:
    """A link of `owner` that is ready: registered, and in the roster of a new epoch."""
    expires = int(time.time() * 1000) + hours * HOUR
    visitor = Visitor(world, thread, wire.new_link_secret(), code, expires)
    visitor.register(owner)
    rows = [world.row(owner, Role.OWNER), *others, visitor.row]
    world.publish(owner, thread, world.next(owner, thread, rows))
    return visitor
