"""What is no part of the transcript: notes in passing, receipts, drafts."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.views.answers import limit_rate, octets
from comms.core.errors import InvalidError
from comms.core.rest import CBOR_BODY, body_of, cbor_schema
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
        request=CBOR_BODY,
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
        request=CBOR_BODY,
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
        request=CBOR_BODY,
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
