"""Public keys of members, and a person's own sealed vault."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from comms.accounts.models import IdentityEntry, Membership, User, Vault, VaultWrap
from comms.core.actors import Actor
from comms.core.errors import InvalidError, NotFoundError
from comms.wire import identity
from comms.wire.argon import SALT_SIZE, Argon2
from comms.wire.cbor import encode
from comms.wire.hashing import derive, hmac

MEMBERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeysOfMember:
    """A member and the whole chain of their identity entries, oldest first, verbatim."""

    user_id: uuid.UUID
    name: str
    entries: list[bytes]


def list_identities(
    actor: Actor, user_ids: Collection[uuid.UUID] | None = None
) -> list[KeysOfMember]:
    """Identity entries of members of the actor's workspace, by name; at most 500 people.

    People of `user_ids` who are not members are left out as if they did not exist. Raises InvalidError
    for more than 500 ids.
    """
    if user_ids is not None and len(user_ids) > MEMBERS_AT_ONCE:
        raise InvalidError(_("Ask for at most 500 people at once."), field="user")
    members = Membership.objects.filter(
        workspace_id=actor.workspace_id, user__is_active=True
    ).order_by("user__name", "user_id")
    if user_ids is not None:
        members = members.filter(user_id__in=user_ids)
    return _with_chains(dict(members.values_list("user_id", "user__name")[:MEMBERS_AT_ONCE]))


def list_chains(user_ids: Collection[uuid.UUID]) -> list[KeysOfMember]:
    """Identity entries of these people, members or not: for an app that has checked who asks.

    Whoever wrote in a conversation and has left the workspace since must stay verifiable.
    """
    return _with_chains(
        dict(User.objects.filter(id__in=user_ids).order_by("name", "id").values_list("id", "name"))
    )


def _with_chains(names: dict[uuid.UUID, str]) -> list[KeysOfMember]:
    chains: dict[uuid.UUID, list[bytes]] = {user_id: [] for user_id in names}
    entries = IdentityEntry.objects.filter(user_id__in=list(names)).order_by("user_id", "number")
    for user_id, entry in entries.values_list("user_id", "entry"):
        chains[user_id].append(bytes(entry))
    return [KeysOfMember(user_id, names[user_id], chain) for user_id, chain in chains.items()]


def newest_entry(user_id: uuid.UUID) -> IdentityEntry | None:
    """The person's current identity entry, or None for an account without keys yet."""
    return IdentityEntry.objects.filter(user_id=user_id).order_by("-number").first()


def newest_fingerprints(user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """Whose keys are which now; people without any are left out."""
    rows = (
        IdentityEntry.objects.filter(user_id__in=user_ids)
        .order_by("user_id", "-number")
        .distinct("user_id")
    )
    return {user: bytes(print_) for user, print_ in rows.values_list("user_id", "fingerprint")}


def list_replacers(workspace_id: uuid.UUID) -> list[uuid.UUID]:
    """Members of the workspace who have replaced their keys at least once, for ticks."""
    members = Membership.objects.filter(
        workspace_id=workspace_id, user__identity_entries__number__gt=1
    )
    return list(members.order_by("user_id").values_list("user_id", flat=True).distinct())


def get_identity(user_id: uuid.UUID, fingerprint: bytes) -> bytes | None:
    """The person's identity entry with these keys, verbatim, or None."""
    entry = (
        IdentityEntry.objects.filter(user_id=user_id, fingerprint=fingerprint)
        .order_by("-number")
        .values_list("entry", flat=True)
        .first()
    )
    return bytes(entry) if entry is not None else None


def succeeds(user_id: uuid.UUID, old: bytes, new: bytes) -> bool:
    """Whether the keys `new` follow from `old` (fingerprints) by successors alone, without a reset."""
    entries = IdentityEntry.objects.filter(user_id=user_id).order_by("number")
    chain = [identity.read_entry(bytes(entry)) for entry in entries.values_list("entry", flat=True)]
    prints = [entry.keys.fingerprint for entry in chain]
    if old not in prints or new not in prints:
        return False
    between = chain[prints.index(old) + 1 : prints.index(new) + 1]
    return bool(between) and all(entry.kind is identity.Kind.SUCCESSOR for entry in between)


def get_vault(person: User) -> Vault:
    """The person's own vault. Raises NotFoundError."""
    vault = Vault.objects.filter(user=person).first()
    if vault is None:
        raise NotFoundError(_("There is no vault for this account yet."))
    return vault


def list_vault_wraps(person: User) -> list[VaultWrap]:
    """Every way to unlock the person's vault, oldest first."""
    return list(VaultWrap.objects.filter(user=person).order_by("created_at", "id"))


def sign_in_argon2(email: str) -> bytes:
    """CBOR [memory, passes, lanes, salt] to derive the sign-in secret for this address.

    An address without an account gets a salt made from the address by HMAC: always the same one, and
    nothing in its shape tells the two apart.
    """
    address = email.strip().lower()
    key = derive(settings.SECRET_KEY.encode(), "comms/v1/salt-of-nobody")
    invented = encode(Argon2(hmac(key, address.encode())[:SALT_SIZE]).to_value())
    if "\x00" in address:
        return invented
    kept = (
        User.objects.filter(email=address, is_active=True)
        .values_list("sign_in_argon2", flat=True)
        .first()
    )
    return bytes(kept) if kept else invented
