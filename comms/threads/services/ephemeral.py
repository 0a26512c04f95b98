"""What passes by: typing notes reach open browsers only, of receipts the newest is kept."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError
from comms.core.tenancy import in_workspace
from comms.threads import policies, selectors
from comms.threads.models import Receipt
from comms.threads.services import events
from comms.threads.services.envelopes import check_envelope
from comms.threads.services.refusals import refused
from comms.wire import envelopes as wire
from comms.wire.errors import WireError


def pass_on(*, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> None:
    """Show an ephemeral envelope to everyone who has the thread open, and keep nothing.

    Raises NotFoundError, ForbiddenError for observers, InvalidError, StaleEpochError.
    """
    envelope = _read(raw)
    with in_workspace(actor.workspace_id):
        seat = _admit(actor, thread_id, envelope)
        if not policies.can_post(seat.member):
            raise ForbiddenError(_("You may read this conversation, but not write in it."))
        events.tell_ephemeral(thread_id, raw)


def post_receipt(*, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> None:
    """As `pass_on`, and kept in the place of the member's last one for those who come later.

    Observers post receipts too: how far they have read is no writing.
    """
    envelope = _read(raw)
    with in_workspace(actor.workspace_id):
        thread = _admit(actor, thread_id, envelope).thread
        Receipt.objects.update_or_create(
            thread=thread,
            member_id=actor.user_id,
            defaults={
                "workspace_id": actor.workspace_id,
                "content": raw,
                "received_at": timezone.now(),
            },
        )
        events.tell_ephemeral(thread_id, raw)


def _read(raw: bytes) -> wire.Envelope:
    try:
        return wire.read_envelope(raw)
    except WireError as error:
        raise refused(error) from error


def _admit(actor: Actor, thread_id: uuid.UUID, envelope: wire.Envelope) -> selectors.Seat:
    seat = selectors.get_thread(actor, thread_id)
    header = envelope.header
    if (header.thread, header.sender) != (seat.thread.id, actor.user_id):
        raise refused(WireError("malformed", "another thread or another sender"))
    check_envelope(envelope, seat, wire.Class.EPHEMERAL)
    return seat
