"""What is no part of the transcript: notes in passing, receipts, drafts."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.views.answers import limit_rate, octets
from comms.core.errors import InvalidError
from comms.core.rest import body_of, cbor_body, cbor_schema
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, shapes
from comms.threads.api.door import SealedView
from comms.threads.api.sealed import listed
from comms.wire import envelopes as wire_envelopes
from comms.wire.cbor import Value, encode


class EphemeralView(SealedView):
    """Notes that pass by."""

    @extend_schema(
        operation_id="pass_on",
        summary="Pass an ephemeral envelope on",
        request=cbor_body(wire_envelopes.LIMIT),
        responses={204: None},
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes an ephemeral `envelope`: shown to whoever has the thread open, kept nowhere."""
        limit_rate(request._request, "pass_on")
        raw = body_of(request, wire_envelopes.LIMIT)
        services.pass_on(actor=self.actor, thread_id=thread_id, raw=raw)
        return Response(status=204)


class ReceiptsView(SealedView):
    """How far members say that they have read."""

    @extend_schema(
        operation_id="list_receipts",
        summary="The newest receipt of each member",
        responses=cbor_schema("[envelope, …], ephemeral ones"),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Sealed receipts of those who are in the thread now."""
        with in_workspace(self.workspace.id):
            found: list[Value] = list(selectors.list_receipts(self.actor, thread_id))
        return Response(encode(found))

    @extend_schema(
        operation_id="post_receipt",
        summary="Leave a receipt",
        request=cbor_body(wire_envelopes.LIMIT),
        responses={204: None},
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes an ephemeral `envelope`: passed on, and kept until the caller's next one."""
        limit_rate(request._request, "pass_on")
        raw = body_of(request, wire_envelopes.LIMIT)
        services.post_receipt(actor=self.actor, thread_id=thread_id, raw=raw)
        return Response(status=204)


class DraftsView(SealedView):
    """The caller's drafts."""

    @extend_schema(
        operation_id="list_drafts",
        summary="The caller's drafts",
        responses=cbor_schema("[[thread, number, fingerprint, box], …], at most 200"),
    )
    def get(self, request: Request) -> Response:
        """Those that are not empty, the newest first."""
        with in_workspace(self.workspace.id):
            found = selectors.list_drafts(self.actor)
        return Response(encode([shapes.draft(one) for one in found]))


class DraftView(SealedView):
    """The caller's draft in one thread."""

    @extend_schema(
        operation_id="get_draft",
        summary="The caller's draft in a thread",
        responses=cbor_schema("[thread, number, fingerprint, box], or [] without one"),
    )
    def get(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Sealed for nobody but the caller."""
        with in_workspace(self.workspace.id):
            found = selectors.get_draft(self.actor, thread_id)
        return Response(encode([] if found is None else shapes.draft(found)))

    @extend_schema(
        operation_id="save_draft",
        summary="Save the caller's draft",
        request=cbor_body(services.DRAFT_LIMIT + 100),
        responses={204: None},
    )
    def put(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes [number, fingerprint, box]; an empty box clears it. 409 unless number is one more than before."""
        number, fingerprint, box = listed(body_of(request, services.DRAFT_LIMIT + 100), 3)
        if type(number) is not int:
            raise InvalidError(_("That is not a whole number."))
        services.save_draft(
            actor=self.actor,
            thread_id=thread_id,
            number=number,
            fingerprint=octets(fingerprint),
            box=octets(box),
        )
        return Response(status=204)


class MutedView(SealedView):
    """Which threads are silent for the caller."""

    @extend_schema(
        operation_id="list_muted",
        summary="The caller's muted threads",
        responses=cbor_schema("[thread, …]"),
    )
    def get(self, request: Request) -> Response:
        """Those of which the caller wants nothing told outside of their pages."""
        with in_workspace(self.workspace.id):
            found = [thread.bytes for thread in selectors.list_muted(self.actor)]
        return Response(encode(found))


class MuteView(SealedView):
    """Whether a thread is silent for the caller."""

    @extend_schema(
        operation_id="mute_thread",
        summary="Mute a thread, or not any more",
        request=cbor_body(16),
        responses={204: None},
    )
    def put(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes [1] to have nothing of it told outside of its page, [0] to have it told again."""
        (wanted,) = listed(body_of(request, 16), 1)
        if type(wanted) is not int or wanted not in (0, 1):
            raise InvalidError(_("That is neither 0 nor 1."))
        services.mute_thread(actor=self.actor, thread_id=thread_id, muted=wanted == 1)
        return Response(status=204)
