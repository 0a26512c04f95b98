"""Accepting an envelope: once, in order, from whoever signed it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import CommsError, ForbiddenError, NotFoundError
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


@dataclass(frozen=True, slots=True)
class Posting:
    """An envelope on its way into a thread, and who sends it."""

    actor: Actor
    raw: bytes


def post_envelope(*, actor: Actor, thread_id: uuid.UUID, raw: bytes) -> Envelope:
    """Append the envelope to the thread; the same bytes again give the same row again.

    Raises NotFoundError, ForbiddenError for observers, InvalidError, StaleEpochError when the thread has
    a newer key, ReplayedError for other bytes under a used counter.
    """
    (outcome,) = post_envelopes(
        workspace_id=actor.workspace_id, thread_id=thread_id, postings=[Posting(actor, raw)]
    )
    if isinstance(outcome, CommsError):
        raise outcome
    return outcome


def post_envelopes(
    *, workspace_id: uuid.UUID, thread_id: uuid.UUID, postings: Sequence[Posting]
) -> list[Envelope | CommsError]:
    """Append each envelope in turn, all in one transaction: its row, or what `post_envelope` would raise.

    One that is refused changes nothing for the others. Everybody's place in the thread is looked at under its
    lock, so nobody who was removed before is heard.
    """
    parsed = [_parsed(posting.raw) for posting in postings]
    headers = [each.header for each in parsed if isinstance(each, wire.Envelope)]
    with in_workspace(workspace_id):
        seats = selectors.lock_seats([posting.actor for posting in postings], thread_id)
        book = _Book(seats[0].thread, headers) if seats and headers else None
        outcomes: list[Envelope | CommsError] = []
        for posting, envelope in zip(postings, parsed, strict=True):
            seat = next((s for s in seats if s.member.member_id == posting.actor.user_id), None)
            outcomes.append(_outcome(book, seat, envelope))
        if book is not None:
            book.write()
    return outcomes


def _parsed(raw: bytes) -> wire.Envelope | CommsError:
    try:
        return wire.read_envelope(raw)
    except WireError as error:
        return refused(error)


def _outcome(
    book: _Book | None, seat: selectors.Seat | None, envelope: wire.Envelope | CommsError
) -> Envelope | CommsError:
    if isinstance(envelope, CommsError):
        return envelope
    if book is None or seat is None:
        return NotFoundError(_("There is no such conversation, or you are not in it."))
    try:
        return book.take(seat, envelope)
    except CommsError as error:
        return error


class _Book:
    """A locked thread that envelopes are entered into, written down at the end."""

    def __init__(self, thread: Thread, headers: Sequence[wire.Header]) -> None:
        self.thread = thread
        self.heads = _heads(thread, headers)
        # More than was asked for (every client with every counter), and never by much.
        self.entered = {
            (row.sender_id, bytes(row.client), row.counter): row
            for row in Envelope.objects.filter(
                thread=thread,
                sender_id__in={header.sender for header in headers},
                client__in={header.client for header in headers},
                counter__in={header.counter for header in headers},
            )
        }
        self.fresh: list[Envelope] = []

    def take(self, seat: selectors.Seat, envelope: wire.Envelope) -> Envelope:
        thread, header = self.thread, envelope.header
        if not policies.can_post(seat.member):
            raise ForbiddenError(_("You may read this conversation, but not write in it."))
        if (header.thread, header.sender) != (thread.id, seat.member.member_id):
            raise refused(WireError("malformed", "another thread or another sender"))
        earlier = self.entered.get((header.sender, header.client, header.counter))
        if earlier is not None:
            return _same_again(earlier, envelope)
        check_envelope(envelope, seat, wire.Class.STORED, self.heads)
        return self._enter(envelope)

    def _enter(self, envelope: wire.Envelope) -> Envelope:
        """The thread's row is locked, so the number is the next one and nobody else gets it."""
        thread, header = self.thread, envelope.header
        head = Head(thread.seq, bytes(thread.t)).after(envelope.hash)
        row = Envelope(
            workspace_id=thread.workspace_id,
            thread=thread,
            seq=head.seq,
            sender_id=header.sender,
            client=header.client,
            counter=header.counter,
            envelope_hash=envelope.hash,
            t=head.t,
            content=envelope.raw,
        )
        thread.seq, thread.t = head.seq, head.t
        self.entered[header.sender, header.client, header.counter] = row
        self.fresh.append(row)
        return row

    def write(self) -> None:
        if not self.fresh:
            return
        Envelope.objects.bulk_create(self.fresh)
        self.thread.activity_at = timezone.now()
        self.thread.save(update_fields=["seq", "t", "activity_at"])
        events.tell_envelopes(self.fresh)


def _same_again(earlier: Envelope, envelope: wire.Envelope) -> Envelope:
    if bytes(earlier.envelope_hash) != envelope.hash:
        raise ReplayedError(_("This message was sent before, with other contents."))
    return earlier


def check_envelope(
    envelope: wire.Envelope,
    seat: selectors.Seat,
    klass: wire.Class,
    heads: Mapping[int, bytes] | None = None,
) -> None:
    """Class, epoch, what the sender has seen, and the signature. Raises InvalidError or StaleEpochError.

    `heads` are those of the thread by number, when somebody has looked them up.
    """
    if heads is None:
        heads = _heads(seat.thread, [envelope.header])
    try:
        _check(envelope, seat.thread, seat.member, klass, heads)
    except WireError as error:
        raise refused(error) from error


def _check(
    envelope: wire.Envelope,
    thread: Thread,
    member: Member,
    klass: wire.Class,
    heads: Mapping[int, bytes],
) -> None:
    header = envelope.header
    if header.klass is not klass:
        raise WireError("unsupported", "this class of envelope is not accepted")
    if thread.key_due or header.epoch != bytes(thread.epoch_hash):
        raise StaleEpochError(_("The conversation has a new key."))
    # Readers go by the sender's own clock here, and stop at a message that was written after its time.
    if member.expires_at is not None and header.written_at >= member.expires_at.timestamp() * 1000:
        raise WireError("chain", "written after the sender's time is up")
    # A head that never was would make every reader's browser see a fork: whoever signs it is refused.
    if header.seen is None or header.seen.t != heads.get(header.seen.seq):
        raise WireError("chain", "the sender has seen another conversation")
    sign.verify_ed25519(
        bytes(member.signing_key),
        labels.SIGN_ENVELOPE,
        encode([envelope.header_raw, envelope.box]),
        envelope.signature,
    )


def _heads(thread: Thread, headers: Sequence[wire.Header]) -> dict[int, bytes]:
    """T after each envelope that one of the senders has seen, by number; without those that never were."""
    seen = {header.seen.seq for header in headers if header.seen is not None}
    known = {0: Head().t, thread.seq: bytes(thread.t)}
    if seen - known.keys():
        rows = Envelope.objects.filter(thread=thread, seq__in=seen - known.keys())
        known |= {seq: bytes(t) for seq, t in rows.values_list("seq", "t")}
    return known
