"""Accepting an envelope: once, in order, from whoever signed it."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError
from comms.core.tenancy import in_workspace
from comms.threads import policies, selectors
from comms.threads.errors import ReplayedError, StaleEpochError
from comms.threads.models import Envelope, Member, Thread
from comms.threads.services import events
from comms.threads.services.refusals import refused
from comms.wire import envelopes as wire
from comms.wire import labels, sign
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from comms.wire.transcript import Head


def post_envelope(*, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> Envelope:
    """Append the envelope to the thread; the same bytes again give the same row again.

    Raises NotFoundError, ForbiddenError for observers, InvalidError, StaleEpochError when the thread has
    a newer key, ReplayedError for other bytes under a used counter.
    """
    try:
        envelope = wire.read_envelope(raw)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(actor.workspace_id):
        seat = selectors.get_thread(actor, thread_id, lock=True)
        thread, header = seat.thread, envelope.header
        if not policies.can_post(seat.member):
            raise ForbiddenError(_("You may read this conversation, but not write in it."))
        if (header.thread, header.sender) != (thread.id, actor.user_id):
            raise refused(WireError("malformed", "another thread or another sender"))
        earlier = Envelope.objects.filter(
            thread=thread, client=header.client, counter=header.counter
        ).first()
        if earlier is not None:
            return _same_again(earlier, envelope)
        check_envelope(envelope, seat, wire.Class.STORED)
        row = _append(thread, envelope)
        events.tell_envelope(row)
    return row


def _same_again(earlier: Envelope, envelope: wire.Envelope) -> Envelope:
    if bytes(earlier.envelope_hash) != envelope.hash:
        raise ReplayedError(_("This message was sent before, with other contents."))
    return earlier


def check_envelope(envelope: wire.Envelope, seat: selectors.Seat, klass: wire.Class) -> None:
    """Class, epoch, what the sender has seen, and the signature. Raises InvalidError or StaleEpochError."""
    try:
        _check(envelope, seat.thread, seat.member, klass)
    except WireError as error:
        raise refused(error) from error


def _check(envelope: wire.Envelope, thread: Thread, member: Member, klass: wire.Class) -> None:
    header = envelope.header
    if header.klass is not klass:
        raise WireError("unsupported", "this class of envelope is not accepted")
    if thread.key_due or header.epoch != bytes(thread.epoch_hash):
        raise StaleEpochError(_("The conversation has a new key."))
    # A head that never was would make every reader's browser see a fork: whoever signs it is refused.
    if header.seen is None or header.seen != _head_at(thread, header.seen.seq):
        raise WireError("chain", "the sender has seen another conversation")
    sign.verify_ed25519(
        bytes(member.signing_key),
        labels.SIGN_ENVELOPE,
        encode([envelope.header_raw, envelope.box]),
        envelope.signature,
    )


def _head_at(thread: Thread, seq: int) -> Head | None:
    if seq == 0:
        return Head()
    if seq == thread.seq:
        return Head(seq, bytes(thread.t))
    t = Envelope.objects.filter(thread=thread, seq=seq).values_list("t", flat=True).first()
    return Head(seq, bytes(t)) if t is not None else None


def _append(thread: Thread, envelope: wire.Envelope) -> Envelope:
    """The thread's row is locked, so the number is the next one and nobody else gets it."""
    head = Head(thread.seq, bytes(thread.t)).after(envelope.hash)
    row = Envelope.objects.create(
        workspace_id=thread.workspace_id,
        thread=thread,
        seq=head.seq,
        sender_id=envelope.header.sender,
        client=envelope.header.client,
        counter=envelope.header.counter,
        envelope_hash=envelope.hash,
        t=head.t,
        content=envelope.raw,
    )
    thread.seq, thread.t, thread.activity_at = head.seq, head.t, timezone.now()
    thread.save(update_fields=["seq", "t", "activity_at"])
    return row
