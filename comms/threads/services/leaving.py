"""Leaving a thread: the seat ends at once, and the next epoch is made without the leaver."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger
from comms.threads import selectors
from comms.threads.models import Leave, Member, Thread
from comms.threads.services import events
from comms.threads.services.refusals import overtaken, refused
from comms.wire import identity, leaving
from comms.wire.epochs import EpochTbs
from comms.wire.errors import WireError


def leave_thread(*, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> None:
    """End the actor's seat by their signed notice; nothing is posted until an epoch without them is there.

    Raises NotFoundError, OvertakenError when the notice names another epoch than the newest, InvalidError
    for the last owner, who must hand over first, and for a notice that is not the actor's.
    """
    try:
        notice = leaving.read_leave_notice(raw)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(actor.workspace_id):
        seat = selectors.get_keyed_thread(actor, thread_id, lock=True)
        thread, member = seat.thread, seat.member
        try:
            if (notice.thread, notice.member) != (thread.id, actor.user_id):
                raise WireError("malformed", "another thread or another member")
            if notice.fingerprint != bytes(member.fingerprint):
                raise WireError("signature", "other keys than the roster says")
            _verify(notice)
        except WireError as error:
            raise refused(error) from error
        if notice.epoch != bytes(thread.epoch_hash):
            raise overtaken()
        if member.role == Member.Role.OWNER and not _other_owners(member):
            raise InvalidError(
                _("You are the only owner. Make somebody else an owner, then leave."), field="owner"
            )
        if Leave.objects.filter(thread=thread).count() >= leaving.NOTICES_LIMIT:
            # As many as one epoch can quote: the others must renew the key first.
            raise overtaken()
        member.removed_at = timezone.now()
        member.save(update_fields=["removed_at"])
        Leave.objects.create(
            workspace_id=actor.workspace_id, thread=thread, member_id=actor.user_id, content=raw
        )
        thread.key_due = True
        thread.save(update_fields=["key_due"])
        ledger.record(
            action="threads.left", actor=actor, subject_type="thread", subject_id=thread.id
        )
        events.tell_revoked(thread, [actor.user_id])
        events.tell_epoch(thread)


def forget_leaves(thread: Thread) -> None:
    """An epoch without them is there; its record keeps the notices."""
    Leave.objects.filter(thread=thread).delete()


def verify_leaves(tbs: EpochTbs) -> None:
    """Raises WireError unless every notice of the epoch is signed by the keys that it names."""
    for notice in tbs.leaves:
        _verify(notice)


def _verify(notice: leaving.LeaveNotice) -> None:
    entry = selectors.get_identity(notice.member, notice.fingerprint)
    if entry is None:
        raise WireError("signature", "unknown keys of the leaver")
    leaving.verify_leave_notice(notice, identity.read_entry(entry).keys)


def _other_owners(member: Member) -> bool:
    return (
        Member.objects.filter(thread_id=member.thread_id, role=Member.Role.OWNER, removed_at=None)
        .exclude(id=member.id)
        .exists()
    )
