"""Public keys of whoever may stand in a roster: people with an account, and guests, who have none."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from comms.accounts import selectors as accounts
from comms.accounts.selectors import KeysOfMember
from comms.threads.models import Guest
from comms.wire import identity


def entries_of(guest: Guest) -> list[bytes]:
    """The guest's identity entries, the link's first."""
    own = [bytes(guest.own_entry)] if guest.own_entry is not None else []
    return [bytes(guest.link_entry), *own]


def guest_chains(thread_id: uuid.UUID, ids: Collection[uuid.UUID]) -> list[KeysOfMember]:
    """Chains of those of `ids` who are or were guests of the thread. The server knows no name of theirs."""
    guests = Guest.objects.filter(thread_id=thread_id, id__in=ids).order_by("id")
    return [KeysOfMember(guest.id, "", entries_of(guest)) for guest in guests]


def get_identity(member_id: uuid.UUID, fingerprint: bytes) -> bytes | None:
    """The identity entry with these keys, verbatim, or None. Inside `in_workspace`."""
    entry = accounts.get_identity(member_id, fingerprint)
    if entry is not None:
        return entry
    guest = Guest.objects.filter(id=member_id).first()
    if guest is None:
        return None
    entries = entries_of(guest)
    # The newest one has the fingerprint that the row names; the one before it is the link's.
    return (
        entries[-1] if bytes(guest.fingerprint) == fingerprint else _link_entry(guest, fingerprint)
    )


def succeeds(member_id: uuid.UUID, old: bytes, new: bytes) -> bool:
    """Whether the keys `new` follow from `old` by successors alone. Inside `in_workspace`."""
    guest = Guest.objects.filter(id=member_id).exclude(own_entry=None).first()
    if guest is None:
        return accounts.succeeds(member_id, old, new)
    return bytes(guest.fingerprint) == new and _link_entry(guest, old) is not None


def _link_entry(guest: Guest, fingerprint: bytes) -> bytes | None:
    entry = bytes(guest.link_entry)
    return entry if identity.read_entry(entry).keys.fingerprint == fingerprint else None
