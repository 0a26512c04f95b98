"""The sealed side of threads: epochs, envelopes, keys of people, notices, history."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.views.answers import decode_list, limit_rate, octets
from comms.core.errors import InvalidError
from comms.core.rest import body_of, cbor_body, cbor_schema
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, shapes
from comms.threads.api.door import AfterQuery, PositionQuery, SealedView, position
from comms.wire import envelopes as wire_envelopes
from comms.wire import epochs as wire_epochs
from comms.wire import form_keys as wire_form_keys
from comms.wire import history as wire_history
from comms.wire import identity as wire_identity
from comms.wire import leaving as wire_leaving
from comms.wire.cbor import Value, decode, encode
from comms.wire.errors import WireError

FORM_EPOCH_LIMIT = wire_epochs.UPLOAD_LIMIT + wire_form_keys.LIMIT + 100
MAKING_LIMIT = wire_identity.LIMIT + services.GUEST_LABEL_LIMIT + 100


class IndexQuery(serializers.Serializer[Any]):
    """Which page."""

    cursor = serializers.CharField(
        required=False, max_length=120, help_text="The second item of the page before."
    )


class IndexView(SealedView):
    """The caller's threads, with what opens their titles."""

    @extend_schema(
        operation_id="list_sealed_threads",
        summary="The caller's threads, with their newest records",
        parameters=[IndexQuery],
        responses=cbor_schema(
            '[[[thread, epoch-record, own wrap, seq, T, read up to, activity in ms], …], cursor or ""]'
        ),
    )
    def get(self, request: Request) -> Response:
        """Up to 50, the newest activity first. The title is in the record, sealed."""
        before = shapes.index_cursor(request.query_params.get("cursor"))
        with in_workspace(self.workspace.id):
            rows = selectors.list_threads(self.actor, before=before)
        return Response(encode(shapes.index(rows)))


class EpochsView(SealedView):
    """The chain of a thread's keys."""

    @extend_schema(
        operation_id="list_epochs",
        summary="Epoch records of a thread",
        parameters=[AfterQuery],
        responses=cbor_schema(
            "[[epoch-record, own wrap or empty, fingerprint of a history wrap or empty], …], at most 200"
        ),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Those with numbers above `after`, each with the caller's own wrap of its key."""
        after = position(request)["after"] or 0
        with in_workspace(self.workspace.id):
            rows = selectors.list_epochs(self.actor, thread_id, after=after)
        return Response(encode(shapes.epochs(rows)))

    @extend_schema(
        operation_id="publish_epoch",
        summary="Publish the next epoch",
        request=cbor_body(wire_epochs.UPLOAD_LIMIT),
        responses=cbor_schema("[thread, epoch number, seq, T]", 201),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes an `epoch-upload`: a rotation, other members, another title or policy.

        409 `overtaken` when an epoch or a message came first.
        """
        upload = body_of(request, wire_epochs.UPLOAD_LIMIT)
        thread = services.publish_epoch(actor=self.actor, thread_id=thread_id, upload=upload)
        return Response(encode(shapes.state(thread)), status=201)


class FormKeysView(SealedView):
    """What the answers of a form are sealed to, one key for each epoch of the form's thread."""

    @extend_schema(
        operation_id="list_form_keys",
        summary="Form keys of a form's thread",
        parameters=[AfterQuery],
        responses=cbor_schema("[form-key, …], at most 200"),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Those of epochs with numbers above `after`."""
        after = position(request)["after"] or 0
        with in_workspace(self.workspace.id):
            rows = selectors.list_form_keys(self.actor, thread_id, after=after)
        return Response(encode(list[Value](rows)))

    @extend_schema(
        operation_id="publish_form_epoch",
        summary="Publish the next epoch of a form's thread",
        request=cbor_body(FORM_EPOCH_LIMIT),
        responses=cbor_schema("[thread, epoch number, seq, T]", 201),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes [epoch-upload, form-key]: other readers of the form, or new keys of one of them.

        409 `overtaken` when an epoch came first.
        """
        body = body_of(request, FORM_EPOCH_LIMIT)
        upload, form_key = (octets(part) for part in decode_list(body, 2))
        thread = services.publish_epoch(
            actor=self.actor, thread_id=thread_id, upload=upload, form_key=form_key
        )
        return Response(encode(shapes.state(thread)), status=201)


class EnvelopesView(SealedView):
    """The transcript of a thread."""

    @extend_schema(
        operation_id="list_envelopes",
        summary="Envelopes of a thread",
        parameters=[PositionQuery],
        responses=cbor_schema(
            "[[seq, T] before the first, [[hash, envelope or empty], …], [seq, T] of the thread, read up to]"
        ),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Up to 200 without a gap: after a place, before a place, or the newest."""
        with in_workspace(self.workspace.id):
            page = selectors.list_envelopes(self.actor, thread_id, **position(request))
        return Response(encode(shapes.envelopes(page)))

    @extend_schema(
        operation_id="post_envelope",
        summary="Append an envelope",
        request=cbor_body(wire_envelopes.LIMIT),
        responses=cbor_schema("[seq, T]", 201),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes an `envelope`; the same bytes again give the same place.

        409 `stale_epoch` when there is a newer key, 409 `replayed` for other bytes under a used counter.
        """
        raw = body_of(request, wire_envelopes.LIMIT)
        row = services.post_envelope(actor=self.actor, thread_id=thread_id, raw=raw)
        return Response(encode([row.seq, bytes(row.t)]), status=201)


class PeopleView(SealedView):
    """Keys of whoever is or was in a thread."""

    @extend_schema(
        operation_id="list_thread_people",
        summary="Public keys of a thread's people",
        responses=cbor_schema("[[user, name, [identity-entry, …]], …]"),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Members present and former, so that old messages stay verifiable."""
        with in_workspace(self.workspace.id):
            rows = selectors.list_people(self.actor, thread_id)
        return Response(encode(shapes.people(rows)))


class GuestsView(SealedView):
    """Guests of a thread, and the links by which they came."""

    @extend_schema(
        operation_id="list_guests",
        summary="Guests of a thread",
        responses=cbor_schema(
            "[[guest, end, 1 with a code else 0, opened or 0, ended or 0, label's epoch, label], …]"
        ),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Present and former ones, the newest link first, at most 200; times in milliseconds.

        The label is sealed under the key of that epoch. A link is made, and ended, by an epoch.
        """
        with in_workspace(self.workspace.id):
            rows = selectors.list_guests(self.actor, thread_id)
        return Response(encode(shapes.guests(rows)))

    @extend_schema(
        operation_id="make_guest_link",
        summary="Note a link for a guest",
        request=cbor_body(MAKING_LIMIT),
        responses=cbor_schema("[guest]", 201),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes [identity-entry of the link, end in ms, 1 with a code else 0, epoch of the label, label].

        The epoch that lets the guest in follows. The link's secret stays with whoever made it.
        """
        limit_rate(request._request, "make_guest")
        body = body_of(request, MAKING_LIMIT)
        entry, expires, with_code, epoch, label = listed(body, 5)
        if type(expires) is not int or type(epoch) is not int or with_code not in (0, 1):
            raise InvalidError(_("The body is not what this address reads."))
        guest = services.make_guest(
            actor=self.actor,
            thread_id=thread_id,
            entry=octets(entry),
            expires=expires,
            with_code=bool(with_code),
            label_epoch=epoch,
            label_box=octets(label),
        )
        return Response(encode([guest.id.bytes]), status=201)


class ReadView(SealedView):
    """How far the caller has read."""

    @extend_schema(
        operation_id="mark_read",
        summary="Note how far the caller has read",
        request=cbor_body(16),
        responses=cbor_schema("[the mark as it is now]"),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes [seq]. Private to the caller; it only moves forward."""
        (seq,) = listed(body_of(request, 16), 1)
        if type(seq) is not int:
            raise InvalidError(_("That is not a whole number."))
        mark = services.mark_read(actor=self.actor, thread_id=thread_id, seq=seq)
        return Response(encode([mark]))


class LeavesView(SealedView):
    """Notices of those who leave."""

    @extend_schema(
        operation_id="list_leaves",
        summary="Notices that the next epoch must quote",
        responses=cbor_schema("[leave-notice, …]"),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Of those who left since the newest epoch. Nothing is accepted until one without them is there."""
        with in_workspace(self.workspace.id):
            found: list[Value] = list(selectors.list_leaves(self.actor, thread_id))
        return Response(encode(found))

    @extend_schema(
        operation_id="leave_thread",
        summary="Leave",
        request=cbor_body(wire_leaving.LIMIT),
        responses={204: None},
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes the caller's `leave-notice`; the seat ends at once. Refused for the last owner."""
        raw = body_of(request, wire_leaving.LIMIT)
        services.leave_thread(actor=self.actor, thread_id=thread_id, raw=raw)
        return Response(status=204)


class PutOutView(SealedView):
    """Who was put out of the workspace."""

    @extend_schema(
        operation_id="list_put_out",
        summary="Who must not be in the next epoch",
        responses=cbor_schema("[user, …]"),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """People in the newest epoch who are no members of the workspace any more: an owner leaves them out."""
        with in_workspace(self.workspace.id):
            found = selectors.list_put_out(self.actor, thread_id)
        return Response(encode([user.bytes for user in found]))


class HistoryView(SealedView):
    """Earlier keys for a member."""

    @extend_schema(
        operation_id="grant_history",
        summary="Let a member read earlier messages",
        request=cbor_body(wire_history.LIMIT),
        responses=cbor_schema("[first seq that the member may read now]"),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes a `history-grant`: by an owner, or a member where joiners read everything."""
        raw = body_of(request, wire_history.LIMIT)
        first = services.grant_history(actor=self.actor, thread_id=thread_id, raw=raw)
        return Response(encode([first]))


def listed(body: bytes, length: int) -> list[Any]:
    """The body as a CBOR list of `length` items. Raises InvalidError."""
    try:
        value = decode(body, limit=len(body))
    except WireError as error:
        raise InvalidError(_("The body is not what this address reads.")) from error
    if not isinstance(value, list) or len(value) != length:
        raise InvalidError(_("The body is not what this address reads."))
    return value
