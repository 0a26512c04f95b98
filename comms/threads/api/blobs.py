"""Sealed files, one chunk a request."""

from __future__ import annotations

import uuid

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from comms.accounts.views.answers import limit_rate, octets
from comms.core.errors import InvalidError
from comms.core.rest import (
    OctetsParser,
    OctetsRenderer,
    body_of,
    cbor_body,
    cbor_schema,
    octets_body,
    octets_schema,
)
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, shapes
from comms.threads.api.door import SealedView
from comms.threads.api.sealed import listed
from comms.threads.views.blobs import stored_chunk
from comms.wire.cbor import encode
from comms.wire.files import CHUNK_SIZE, TAG_SIZE

STATUS = "[size, [number of each chunk that is here, …], 1 if all are else 0]"


class BlobsView(SealedView):
    """Uploads of a thread."""

    @extend_schema(
        operation_id="open_upload",
        summary="Begin to upload a file",
        request=cbor_body(64),
        responses=cbor_schema(STATUS, 201),
    )
    def post(self, request: Request, thread_id: uuid.UUID) -> Response:
        """Takes [id, size before sealing]; the same again tells how far it is. 409 without room."""
        limit_rate(request._request, "open_upload")
        given, size = listed(body_of(request, 64), 2)
        if type(size) is not int or len(octets(given)) != 16:
            raise InvalidError(_("The body is not what this address reads."))
        blob_id = uuid.UUID(bytes=given)
        services.open_upload(actor=self.actor, thread_id=thread_id, blob_id=blob_id, size=size)
        return Response(_status(self, thread_id, blob_id), status=201)


class BlobView(SealedView):
    """One file."""

    @extend_schema(
        operation_id="get_blob",
        summary="How far a file has arrived",
        responses=cbor_schema(STATUS),
    )
    def get(self, request: Request, thread_id: uuid.UUID, blob_id: uuid.UUID) -> Response:
        """For everyone in the thread once it is whole; until then for who uploads it."""
        return Response(_status(self, thread_id, blob_id))

    @extend_schema(
        operation_id="remove_blob", summary="Destroy a file", request=None, responses={204: None}
    )
    def delete(self, request: Request, thread_id: uuid.UUID, blob_id: uuid.UUID) -> Response:
        """By who sent it, or an owner of the thread."""
        services.remove_blob(actor=self.actor, thread_id=thread_id, blob_id=blob_id)
        return Response(status=204)


class ChunkView(SealedView):
    """One sealed chunk of a file."""

    parser_classes = [OctetsParser]
    renderer_classes = [OctetsRenderer]

    @extend_schema(
        operation_id="get_chunk",
        summary="A sealed chunk of a file",
        responses=octets_schema("1 MiB and 16 bytes; the last one holds the rest."),
    )
    def get(
        self, request: Request, thread_id: uuid.UUID, blob_id: uuid.UUID, number: int
    ) -> HttpResponseBase:
        """Streamed from the storage. The key is in the message that names the file."""
        with in_workspace(self.workspace.id):
            stored = selectors.get_chunk(self.actor, thread_id, blob_id, number)
        return stored_chunk(stored)

    @extend_schema(
        operation_id="put_chunk",
        summary="Upload a sealed chunk",
        request=octets_body(CHUNK_SIZE + TAG_SIZE),
        responses={204: None},
    )
    def put(
        self, request: Request, thread_id: uuid.UUID, blob_id: uuid.UUID, number: int
    ) -> Response:
        """In any order; the same bytes again change nothing, 409 for others."""
        sealed = body_of(request, CHUNK_SIZE + TAG_SIZE)
        services.store_chunk(
            actor=self.actor, thread_id=thread_id, blob_id=blob_id, number=number, sealed=sealed
        )
        return Response(status=204)


def _status(view: SealedView, thread_id: uuid.UUID, blob_id: uuid.UUID) -> bytes:
    with in_workspace(view.workspace.id):
        return encode(shapes.blob(selectors.get_blob_status(view.actor, thread_id, blob_id)))
