"""Giving a joiner the keys of earlier epochs."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger
from comms.threads import policies, selectors
from comms.threads.models import Epoch, Member, Thread, Wrap
from comms.threads.services import events
from comms.threads.services.refusals import refused
from comms.wire import epochs as wire_epochs
from comms.wire import history
from comms.wire.errors import WireError


def grant_history(*, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> int:
    """Let a member read from an earlier epoch on; returns the first seq that they may read from now.

    The epochs must reach without a gap from there to what the member can read already. Keys that the
    member has from the epochs' own records stay as they are; an owner's gift replaces an earlier gift.
    Raises NotFoundError, ForbiddenError unless the actor is an owner or the
    thread lets joiners read everything, InvalidError.
    """
    try:
        grant = history.decode_grant(raw)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(actor.workspace_id):
        seat = selectors.get_keyed_thread(actor, thread_id, lock=True)
        thread = seat.thread
        if grant.thread != thread.id:
            raise refused(WireError("malformed", "another thread"))
        if not policies.can_grant_history(seat.member, everything=_joiners_read_all(thread)):
            raise ForbiddenError(_("Only an owner of this conversation may show earlier messages."))
        member = _grantee(thread, grant)
        epochs = {
            epoch.number: epoch
            for epoch in Epoch.objects.filter(thread=thread, number__in=list(grant.wraps))
        }
        first = _first_readable(member, grant, epochs)
        wraps = Wrap.objects.filter(epoch__in=epochs.values(), member_id=grant.member)
        if seat.member.role == Member.Role.OWNER:
            # The server can't tell a gift that opens from one that doesn't: an owner puts a bad one right.
            wraps.filter(history=True).delete()
        held = set(wraps.values_list("epoch_id", flat=True))
        Wrap.objects.bulk_create(
            Wrap(
                workspace_id=thread.workspace_id,
                epoch=epochs[number],
                member_id=grant.member,
                content=wrap,
                history=True,
                fingerprint=grant.fingerprint,
            )
            for number, wrap in grant.wraps.items()
            if epochs[number].id not in held
        )
        since = _start(epochs[first])
        if since < member.since_seq:
            member.since_seq = since
            member.read_up_to = max(member.read_up_to, since)
            member.save(update_fields=["since_seq", "read_up_to"])
        ledger.record(
            action="threads.granted_history",
            actor=actor,
            subject_type="thread",
            subject_id=thread.id,
            details={"member": str(grant.member), "from_epoch": first},
        )
        events.tell_added(thread, [grant.member])
    return member.since_seq + 1


def _joiners_read_all(thread: Thread) -> bool:
    newest = Epoch.objects.get(thread=thread, number=thread.epoch_number)
    return wire_epochs.read_record(bytes(newest.record)).tbs.policy.history


def _grantee(thread: Thread, grant: history.HistoryGrant) -> Member:
    member = (
        Member.objects.select_for_update()
        .filter(thread=thread, member_id=grant.member, removed_at=None)
        .first()
    )
    if member is None or not policies.can_read(member):
        raise NotFoundError(_("There is no such member in this conversation."))
    if bytes(member.fingerprint) != grant.fingerprint:
        raise InvalidError(_("The keys of this member have changed. Reload the page."))
    return member


def _first_readable(member: Member, grant: history.HistoryGrant, epochs: dict[int, Epoch]) -> int:
    numbers = sorted(grant.wraps)
    if len(epochs) != len(numbers):
        raise refused(WireError("chain", "an epoch that there is not"))
    if numbers != list(range(numbers[0], numbers[-1] + 1)):
        raise refused(WireError("chain", "a gap between the epochs"))
    # The newest one granted must end where the member's reading begins, or later.
    following = Epoch.objects.filter(thread_id=member.thread_id, number=numbers[-1] + 1).first()
    if following is None or _start(following) < member.since_seq:
        raise refused(WireError("chain", "a gap before what the member can read"))
    return numbers[0]


def _start(epoch: Epoch) -> int:
    return wire_epochs.read_record(bytes(epoch.record)).tbs.start.seq
