"""People with real keys and what their browsers would send."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from comms.accounts import services as accounts
from comms.accounts.models import IdentityEntry, User, Vault, Workspace
from comms.accounts.services.people import save_entry
from comms.threads import services
from comms.threads.models import Envelope, Thread
from comms.wire import identity, vault
from comms.wire.argon import Argon2
from comms.wire.bodies import TextBody
from comms.wire.envelopes import Class, Header, make_envelope
from comms.wire.epoch_making import NewEpoch, make_epoch
from comms.wire.epochs import About
from comms.wire.keys import IdentitySeeds
from comms.wire.leaving import LeaveNotice
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.transcript import Head
from comms.wire.vault import WrapKind
from tests.factories import actor_of
from tests.wire.conftest import CHECKPOINT

NOW = 1_795_339_200_000

_KNOWN: dict[UUID, IdentitySeeds] = {}


@dataclass
class World:
    """A workspace whose people have keys; each thread's epochs are kept to seal and to open with."""

    workspace: Workspace
    seeds: dict[UUID, IdentitySeeds] = field(default_factory=dict)
    epochs: dict[UUID, list[NewEpoch]] = field(default_factory=dict)
    counters: int = 0

    def keys(self, user: User) -> IdentitySeeds:
        """The person's seeds; made, with their first identity entry, when first asked for."""
        if user.id not in self.seeds:
            # Another world of the same test may have given them keys already.
            seeds = _KNOWN.setdefault(user.id, IdentitySeeds.generate())
            self.seeds[user.id] = seeds
            if not IdentityEntry.objects.filter(user=user).exists():
                entry = identity.make_entry(user=user.id, made_at=NOW, seeds=seeds)
                save_entry(identity.read_entry(entry))
        return self.seeds[user.id]

    def renew(self, user: User, *, lost: bool = False) -> IdentitySeeds:
        """New keys in the log alone, as from before replacing held anything: a successor, or a reset."""
        old, raw = self._next_entry(user, lost=lost)
        save_entry(identity.read_entry(raw))
        return old

    def replace(self, user: User, *, lost: bool = False) -> IdentitySeeds:
        """New keys with a new vault, as their browser puts them; the old ones."""
        old, raw = self._next_entry(user, lost=lost)
        kept = Vault.objects.filter(user=user).first()
        key, number = os.urandom(32), kept.number + 1 if kept else 1
        entry = identity.read_entry(raw)
        contents = vault.VaultContents(
            seeds=self.seeds[user.id], number=entry.number, entry_hash=entry.hash
        )
        accounts.replace_identity(
            person=user,
            entry=raw,
            vault_content=vault.make_vault(user=user.id, number=number, key=key, contents=contents),
            wraps=tuple(
                vault.make_wrap(
                    user=user.id,
                    kind=kind,
                    id=os.urandom(16),
                    wrap_key=os.urandom(32),
                    key=key,
                    argon2=Argon2(os.urandom(16)) if kind is WrapKind.PASSPHRASE else None,
                )
                for kind in (WrapKind.PASSPHRASE, WrapKind.RECOVERY_CODE)
            ),
        )
        return old

    def _next_entry(self, user: User, *, lost: bool) -> tuple[IdentitySeeds, bytes]:
        old = self.keys(user)
        newest = IdentityEntry.objects.filter(user=user).order_by("-number").first()
        assert newest is not None
        self.seeds[user.id] = _KNOWN[user.id] = IdentitySeeds.generate()
        raw = identity.make_entry(
            user=user.id,
            made_at=NOW,
            seeds=self.seeds[user.id],
            after=identity.read_entry(bytes(newest.entry)),
            old_seeds=None if lost else old,
        )
        return old, raw

    def row(self, user: User, role: Role = Role.MEMBER, expires: int = 0) -> RosterRow:
        return RosterRow(user.id, self.keys(user).public.fingerprint, role, expires)

    def epoch(
        self,
        author: User,
        rows: list[RosterRow],
        *,
        thread: UUID | None = None,
        before: NewEpoch | None = None,
        start: Head | None = None,
        policy: Policy | None = None,
        made_at: int = NOW,
        leaves: tuple[LeaveNotice, ...] = (),
    ) -> NewEpoch:
        """An epoch as the author's browser would make it."""
        return make_epoch(
            thread=thread or (before.record.tbs.thread if before else uuid4()),
            before=before.record if before else None,
            author=author.id,
            seeds=self.keys(author),
            roster=rows,
            keys={user: seeds.public for user, seeds in self.seeds.items()},
            policy=policy or Policy(),
            about=About("A title"),
            start=start or Head(),
            made_at=made_at,
            checkpoint=CHECKPOINT,
            leaves=leaves,
        )

    def open(self, owner: User, *others: User) -> Thread:
        """A thread that `owner` opened with `others` as members."""
        made = self.epoch(owner, [self.row(owner, Role.OWNER), *map(self.row, others)])
        thread = services.open_thread(actor=actor_of(owner, self.workspace), upload=made.upload)
        self.epochs[thread.id] = [made]
        return thread

    def publish(self, author: User, thread: Thread, made: NewEpoch) -> Thread:
        published = services.publish_epoch(
            actor=actor_of(author, self.workspace), thread_id=thread.id, upload=made.upload
        )
        self.epochs[thread.id].append(made)
        return published

    def next(
        self,
        author: User,
        thread: Thread,
        rows: list[RosterRow],
        *,
        leaves: tuple[LeaveNotice, ...] = (),
    ) -> NewEpoch:
        """The epoch that would follow now."""
        return self.epoch(
            author,
            rows,
            before=self.epochs[thread.id][-1],
            start=Head(thread.seq, bytes(thread.t)),
            leaves=leaves,
        )

    def header(self, sender: User, thread: Thread, **changes: object) -> Header:
        self.counters += 1
        fields: dict[str, object] = {
            "thread": thread.id,
            "epoch": self.epochs[thread.id][-1].record.hash,
            "sender": sender.id,
            "client": os.urandom(16),
            "counter": self.counters,
            "written_at": NOW,
            "seen": Head(),
            "klass": Class.STORED,
            **changes,
        }
        return Header(**fields)  # type: ignore[arg-type] # tests name the fields

    def seal(self, sender: User, thread: Thread, text: str = "hello", **changes: object) -> bytes:
        header = self.header(sender, thread, **changes)
        key = self.epochs[thread.id][-1].key
        return make_envelope(header, TextBody(text), key=key, seeds=self.keys(sender))

    def post(self, sender: User, thread: Thread, raw: bytes | None = None) -> Envelope:
        return services.post_envelope(
            actor=actor_of(sender, self.workspace),
            thread_id=thread.id,
            raw=raw if raw is not None else self.seal(sender, thread),
        )
