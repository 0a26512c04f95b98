"""Accounts of the demonstration, with real keys. Only here are anybody's keys made on the server.

The passphrases follow from the deployment's secret key, so that every start prints the same ones and
nothing of them is stored. Whoever runs the server can therefore open these vaults: for trying out only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from comms.accounts.models import Membership, User, VaultWrap, Workspace
from comms.accounts.services.people import NewKeys, create_person
from comms.core.actors import Role
from comms.core.ids import uuid7
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger
from comms.wire import identity, vault
from comms.wire.argon import Argon2, passphrase_keys
from comms.wire.hashing import derive, hmac
from comms.wire.keys import IdentitySeeds
from comms.wire.recovery import new_recovery_secret, recovery_wrap_key

SLUG = "demo"
_WORKSPACE = "Demonstration Mission"
_WORDS = (
    "amber anchor apron arrow autumn badger bamboo barrel basket beacon bottle bramble bridge bucket "
    "butter candle canoe carpet castle cedar chalk cherry cinnamon clover cobalt copper coral cotton "
    "crane cricket dolphin domino ember falcon feather fiddle flannel forest fountain garlic ginger "
    "glacier granite hammer harbour hazel heron indigo island ivory jacket jasmine juniper kettle "
    "ladder lagoon lantern lemon lilac linen magnet maple marble meadow mirror mitten mosaic nectar "
    "nutmeg oasis olive onion orchard otter paddle paper parsley pebble pepper pigeon pillow plaster "
    "pocket pollen poplar pumpkin quartz quilt rabbit raven ribbon river rocket saddle saffron salmon "
    "scarf shovel silver sparrow spruce squirrel staple summit sunset teapot thimble thunder tiger "
    "timber tulip tunnel turnip velvet violet walnut walrus willow window winter yellow zebra zinc"
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to sign in as."""

    email: str
    name: str
    roles: tuple[Role, ...]

    @property
    def passphrase(self) -> str:
        """Six words that follow from the deployment's secret key."""
        key = derive(settings.SECRET_KEY.encode(), "comms/v1/demo")
        digest = hmac(key, self.email.encode())
        words = _WORDS.split()
        picks = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, 24, 4)]
        return " ".join(words[pick % len(words)] for pick in picks)


PEOPLE = (
    DemoPerson("amina@demo.example", "Amina Keita", (Role.ADMIN,)),
    DemoPerson("daniel@demo.example", "Daniel Okafor", (Role.DIPLOMAT,)),
    DemoPerson("farah@demo.example", "Farah Nazari", (Role.DIPLOMAT,)),
    DemoPerson("elena@demo.example", "Elena Petrova", (Role.EDITOR,)),
    DemoPerson("pierre@demo.example", "Pierre Laurent", (Role.APPROVER,)),
    DemoPerson("ana@demo.example", "Ana Souza", (Role.ANALYST,)),
)


def make_demo_workspace(people: Sequence[DemoPerson] = PEOPLE) -> Workspace:
    """The demonstration's workspace with its people, each with an identity and a vault of their own."""
    with transaction.atomic():
        workspace = Workspace.objects.create(slug=SLUG, name=_WORKSPACE)
        for person in people:
            user = unsafe_make_account(person)
            Membership.objects.create(
                workspace=workspace, user=user, roles=[role.value for role in person.roles]
            )
        with in_workspace(workspace.id):
            ledger.record(
                action="accounts.made_demo",
                subject_type="workspace",
                subject_id=workspace.id,
                details={"people": len(people)},
            )
    return workspace


def unsafe_make_account(person: DemoPerson) -> User:
    """An account whose passphrase and keys this server has seen: what a browser makes for anybody else."""
    account_id, key, argon2 = uuid7(), os.urandom(32), Argon2(os.urandom(16))
    seeds, derived = IdentitySeeds.generate(), passphrase_keys(person.passphrase, argon2)
    entry = identity.make_entry(user=account_id, made_at=int(time.time() * 1000), seeds=seeds)
    contents = vault.VaultContents(
        seeds=seeds, number=1, entry_hash=identity.read_entry(entry).hash
    )
    by_passphrase = vault.make_wrap(
        user=account_id,
        kind=vault.WrapKind.PASSPHRASE,
        id=os.urandom(16),
        wrap_key=derived.wrap_key,
        key=key,
        argon2=argon2,
    )
    # Nobody is shown this code: a demonstration account's vault opens by its printed passphrase.
    by_code = vault.make_wrap(
        user=account_id,
        kind=vault.WrapKind.RECOVERY_CODE,
        id=os.urandom(16),
        wrap_key=recovery_wrap_key(new_recovery_secret()),
        key=key,
        argon2=None,
    )
    return create_person(
        account_id=account_id,
        email=person.email,
        name=person.name,
        language=settings.LANGUAGE_CODE,
        time_zone="UTC",
        keys=NewKeys(
            sign_in_secret=derived.sign_in_secret,
            argon2=argon2,
            identity_entry=entry,
            vault=vault.make_vault(user=account_id, number=1, key=key, contents=contents),
            wraps=(by_passphrase, by_code),
        ),
    )


def accounts_of(people: Sequence[DemoPerson]) -> dict[str, User]:
    """Their accounts, by address."""
    found = User.objects.filter(email__in=[person.email for person in people])
    return {user.email: user for user in found}


def unsafe_seeds_of(person: DemoPerson, user: User) -> IdentitySeeds:
    """The seeds of a person of the demonstration, out of their vault: their passphrase is known here."""
    held = VaultWrap.objects.get(user=user, kind=VaultWrap.Kind.PASSPHRASE)
    wrap = vault.read_wrap(bytes(held.content))
    if wrap.argon2 is None:
        raise ValueError("a wrap under a passphrase says how it was derived")
    key = vault.open_wrap(wrap, passphrase_keys(person.passphrase, wrap.argon2).wrap_key)
    return vault.open_vault(vault.read_vault(bytes(user.vault.content)), key).seeds
