"""Guests as a thread's epochs name them: vouched for by the record, with the keys that their link made."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.threads.models import Guest, Thread
from comms.wire import identity
from comms.wire.errors import WireError
from comms.wire.roster import Role, RosterRow

Keys = dict[uuid.UUID, identity.IdentityEntry]


def guest_keys(thread: Thread | None, rows: Iterable[RosterRow]) -> Keys:
    """The present keys of those rows that are guests of the thread; the others are left out.

    Raises InvalidError for a guest in another role, with another end than their link's, with other keys,
    or whose link has ended.
    """
    wanted = {row.member: row for row in rows}
    if thread is None or not wanted:
        return {}
    keys: Keys = {}
    for guest in Guest.objects.filter(thread=thread, id__in=wanted):
        row = wanted[guest.id]
        if row.role is not Role.GUEST or row.expires != millis_of(guest):
            raise InvalidError(_("A guest stays a guest, until the end that their link says."))
        if guest.ended_at is not None:
            raise InvalidError(_("The link of this guest has ended. Make a new one."))
        if row.fingerprint != bytes(guest.fingerprint):
            raise InvalidError(_("This guest has new keys. Reload the page."))
        keys[guest.id] = identity.read_entry(bytes(guest.own_entry or guest.link_entry))
    return keys


def end_guests(thread: Thread, removed: Collection[uuid.UUID]) -> None:
    """A guest who is out stays out: their link can't be used to come back."""
    Guest.objects.filter(thread=thread, id__in=removed, ended_at=None).update(
        ended_at=timezone.now()
    )


def millis_of(guest: Guest) -> int:
    """The end of the guest's time as a roster says it, in milliseconds."""
    return round(guest.expires_at.timestamp() * 1000)


def read_first(raw: bytes) -> identity.IdentityEntry:
    """The identity that a new link makes. Raises WireError."""
    entry = identity.read_entry(raw)
    if entry.number != 1 or entry.user.version != 4:
        raise WireError("chain", "not the first entry of a new guest")
    return entry
