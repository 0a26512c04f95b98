"""Links for guests: made by whoever may add people, opened once, closed when somebody guesses.

The server never sees a link's secret. It holds the identity that the secret makes, and lets in whoever
signs its challenge with those keys; the first browser that does puts keys of its own in their place.
"""

from __future__ import annotations

import datetime
import os
import uuid
from dataclasses import dataclass

from django.core import signing
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comms.core.actors import Actor
from comms.core.errors import CommsError, ConflictError, ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger
from comms.threads import policies, selectors
from comms.threads.errors import (
    GuestEndedError,
    GuestOpenedError,
    GuestSignedOutError,
    WrongCodeError,
)
from comms.threads.models import Epoch, Guest, Thread
from comms.threads.services.guest_seats import read_first
from comms.threads.services.refusals import refused
from comms.wire import epochs as wire_epochs
from comms.wire import guests as wire
from comms.wire import identity
from comms.wire.errors import WireError
from comms.wire.roster import MayAdd

LIVE_LINKS = 50
"""Links that a thread may have at a time."""

LONGEST = datetime.timedelta(days=366)
FAILURES = 10
"""Wrong tries after which a link is closed."""

LABEL_LIMIT = 1024
NONCE_SECONDS = 300
PASS_SECONDS = 12 * 3600
_SALT = "comms.threads.guest"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a guest's browser signs, and what it must ask for before."""

    thread_id: uuid.UUID
    nonce: bytes
    with_code: bool
    is_opened: bool


def make_guest(
    *,
    actor: Actor,
    thread_id: uuid.UUID,
    entry: bytes,
    expires: int,
    with_code: bool,
    label_epoch: int,
    label_box: bytes,
) -> Guest:
    """Note a link that the actor's browser has made; the epoch that follows lets the guest in.

    `entry` is the identity that the link's secret makes, `expires` in milliseconds. Raises NotFoundError,
    ForbiddenError unless the actor may add people, InvalidError, ConflictError for too many links.
    """
    try:
        first = read_first(entry)
    except WireError as error:
        raise refused(error) from error
    ends = _end(expires)
    if not 0 < len(label_box) <= LABEL_LIMIT:
        raise InvalidError(_("The name of the link is too long."), field="label")
    with in_workspace(actor.workspace_id):
        seat = selectors.get_thread(actor, thread_id, lock=True)
        members_add = _newest(seat.thread).tbs.policy.may_add is MayAdd.OWNERS_AND_MEMBERS
        if not policies.can_add_guests(seat.member, members_add=members_add):
            raise ForbiddenError(_("Only people who may add others can make a link for a guest."))
        if not 0 < label_epoch <= seat.thread.epoch_number:
            raise refused(WireError("chain", "an epoch that there is not"))
        if selectors.count_live_guests(seat.thread.id) >= LIVE_LINKS:
            raise ConflictError(
                _("There are {count} links to this conversation already. End one first.").format(
                    count=LIVE_LINKS
                )
            )
        try:
            with transaction.atomic():
                guest = Guest.objects.create(
                    id=first.user,
                    workspace_id=actor.workspace_id,
                    thread=seat.thread,
                    made_by_id=actor.user_id,
                    expires_at=ends,
                    with_code=with_code,
                    label_epoch=label_epoch,
                    label_box=label_box,
                    link_entry=entry,
                    fingerprint=first.keys.fingerprint,
                )
        except IntegrityError as error:
            raise ConflictError(_("There is such a link already. Make another one.")) from error
        ledger.record(
            action="threads.made_guest_link",
            actor=actor,
            subject_type="thread",
            subject_id=seat.thread.id,
            details={"guest": str(guest.id), "until": ends.isoformat(), "code": with_code},
        )
    return guest


def challenge_guest(*, workspace_id: uuid.UUID, guest_id: uuid.UUID) -> Challenge:
    """A nonce for the guest's browser to sign within five minutes, once.

    Raises NotFoundError for an unknown link, GuestEndedError for one that lets nobody in any more.
    """
    with in_workspace(workspace_id):
        guest = selectors.get_guest(guest_id)
        _check_lives(guest)
    nonce = os.urandom(wire.NONCE_SIZE)
    cache.set(_nonce_key(guest_id, nonce), 1, NONCE_SECONDS)
    return Challenge(guest.thread_id, nonce, guest.with_code, guest.own_entry is not None)


def admit_guest(
    *, workspace_id: uuid.UUID, guest_id: uuid.UUID, raw: bytes, signature: bytes, origin: str
) -> str:
    """A pass for whoever has signed the challenge with the guest's present keys; `origin` is the page's.

    Raises NotFoundError, GuestEndedError, GuestOpenedError when another browser has opened the link,
    WrongCodeError, which after ten times closes a link that nobody has opened, InvalidError.
    """
    try:
        answer = wire.decode_challenge(raw)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(workspace_id):
        guest = selectors.get_guest(guest_id)
        _check_lives(guest)
    if (answer.guest, answer.thread, answer.origin) != (guest.id, guest.thread_id, origin):
        raise refused(WireError("malformed", "a challenge of another place"))
    if not cache.delete(_nonce_key(guest_id, answer.nonce)):
        raise InvalidError(_("This took too long. Try again."))
    try:
        wire.verify_challenge(answer, _present(guest).keys, signature)
    except WireError as error:
        if guest.own_entry is not None:
            raise GuestOpenedError(
                _(
                    "This link was opened before, in another browser. It works in one only. If that was "
                    "not you, tell whoever sent it; else ask them for a new link."
                )
            ) from error
        raise _failed(workspace_id, guest_id) from error
    return _pass(guest)


def replace_guest_keys(*, actor: Actor, raw: bytes) -> str:
    """Put the guest's own keys in the place of the link's, which lets nobody in from now on.

    The same entry again changes nothing. A new pass. Raises NotFoundError, GuestEndedError, InvalidError,
    GuestOpenedError when other keys came first.
    """
    try:
        entry = identity.read_entry(raw)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(actor.workspace_id):
        guest = selectors.get_guest(actor.user_id, lock=True)
        _check_lives(guest)
        if guest.own_entry is not None:
            if bytes(guest.own_entry) != raw:
                raise GuestOpenedError(_("This link was opened before, in another browser."))
            return _pass(guest)
        try:
            if entry.kind is not identity.Kind.SUCCESSOR:
                raise WireError("chain", "only a successor replaces the link's keys")
            identity.check_follows(entry, identity.read_entry(bytes(guest.link_entry)))
        except WireError as error:
            raise refused(error) from error
        guest.own_entry, guest.fingerprint = raw, entry.keys.fingerprint
        guest.opened_at = timezone.now()
        guest.save(update_fields=["own_entry", "fingerprint", "opened_at"])
        ledger.record(
            action="threads.guest_came_in",
            actor=actor,
            subject_type="thread",
            subject_id=guest.thread_id,
        )
        return _pass(guest)


def find_guest(*, workspace_id: uuid.UUID, guest_id: uuid.UUID, text: str) -> Actor:
    """The guest as an actor without any role, by their pass. What they may see, their seat decides.

    Raises GuestSignedOutError for a pass that is old, of other keys, or none; NotFoundError and
    GuestEndedError as the link does.
    """
    try:
        told = signing.TimestampSigner(salt=_SALT).unsign(text[:400], max_age=PASS_SECONDS)
    except signing.BadSignature as error:
        raise _signed_out() from error
    with in_workspace(workspace_id):
        guest = selectors.get_guest(guest_id)
        if told != _told(guest):
            raise _signed_out()
        _check_lives(guest)
    return Actor(user_id=guest.id, workspace_id=workspace_id, roles=frozenset(), name="")


def _check_lives(guest: Guest) -> None:
    """Raises GuestEndedError, with the reason."""
    if guest.failures >= FAILURES and guest.own_entry is None:
        raise GuestEndedError(
            _("This link was closed after too many wrong tries. Ask whoever sent it for a new one.")
        )
    if guest.expires_at <= timezone.now():
        raise GuestEndedError(_("The time of this link is up. Ask whoever sent it for a new one."))
    if guest.ended_at is not None:
        raise GuestEndedError(
            _("This link was withdrawn. Whoever sent it can tell you why, or send a new one.")
        )
    if not selectors.is_guest_seated(guest):
        raise GuestEndedError(
            _("This link is not ready, or has ended. Ask whoever sent it for a new one.")
        )


def _failed(workspace_id: uuid.UUID, guest_id: uuid.UUID) -> CommsError:
    """Counts a wrong try; what the guest is told of it."""
    with in_workspace(workspace_id):
        guest = selectors.get_guest(guest_id, lock=True)
        guest.failures = min(guest.failures + 1, FAILURES)
        guest.save(update_fields=["failures"])
        left = FAILURES - guest.failures
        if left == 0:
            ledger.record(
                action="threads.closed_guest_link",
                subject_type="thread",
                subject_id=guest.thread_id,
                details={"guest": str(guest.id)},
            )
    if not guest.with_code:
        return WrongCodeError(_("This link is not complete. Open it again as you received it."))
    if left == 0:
        return GuestEndedError(
            _("This link was closed after too many wrong tries. Ask whoever sent it for a new one.")
        )
    sentence = ngettext(
        "The code is not right. {count} try is left.",
        "The code is not right. {count} tries are left.",
        left,
    )
    return WrongCodeError(sentence.format(count=left), field="code")


def _signed_out() -> GuestSignedOutError:
    return GuestSignedOutError(_("Reload the page to go on."))


def _pass(guest: Guest) -> str:
    return signing.TimestampSigner(salt=_SALT).sign(_told(guest))


def _told(guest: Guest) -> str:
    """What a pass says: whose it is, and of which keys, so that it ends when they are replaced."""
    return f"{guest.id.hex}.{bytes(guest.fingerprint).hex()}"


def _present(guest: Guest) -> identity.IdentityEntry:
    return identity.read_entry(bytes(guest.own_entry or guest.link_entry))


def _newest(thread: Thread) -> wire_epochs.EpochRecord:
    newest = Epoch.objects.get(thread=thread, number=thread.epoch_number)
    return wire_epochs.read_record(bytes(newest.record))


def _end(expires: int) -> datetime.datetime:
    now = timezone.now()
    soonest, latest = now + datetime.timedelta(minutes=1), now + LONGEST
    if not soonest.timestamp() * 1000 <= expires <= latest.timestamp() * 1000:
        raise InvalidError(_("A link lasts at least a minute and at most a year."), field="expires")
    return datetime.datetime.fromtimestamp(expires / 1000, tz=datetime.UTC)


def _nonce_key(guest_id: uuid.UUID, nonce: bytes) -> str:
    return f"threads.guest.{guest_id}.{nonce.hex()}"
