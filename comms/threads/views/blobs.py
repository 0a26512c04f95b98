"""Sealed files over HTTP: one chunk a request, so that neither side ever holds a whole one."""

from __future__ import annotations

import uuid

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comms.accounts.scope import MemberRequest
from comms.accounts.views.answers import cbor, octets, read_list
from comms.core.errors import InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, shapes
from comms.threads.views.answers import limit_rate, member_endpoint
from comms.wire.files import CHUNK_SIZE, TAG_SIZE

OCTETS = "application/octet-stream"


class ChunkResponse(FileResponse):
    """Streams a chunk from the storage in pieces that are few and still small."""

    block_size = 256 * 1024


@require_POST
@member_endpoint(transaction=False)
def blobs(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Begin an upload: [id, size before sealing]. The answer is as of `blob`."""
    limit_rate(request, "open_upload")
    given, size = read_list(request, 2, limit=64)
    if type(size) is not int or len(octets(given)) != 16:
        raise InvalidError(_("The body is not what this address reads."))
    blob_id = uuid.UUID(bytes=octets(given))
    services.open_upload(actor=request.actor, thread_id=thread_id, blob_id=blob_id, size=size)
    return _status(request, thread_id, blob_id, 201)


@require_http_methods(["GET", "DELETE"])
@member_endpoint(transaction=False)
def blob(request: MemberRequest, thread_id: uuid.UUID, blob_id: uuid.UUID) -> HttpResponse:
    """GET: [size, [number of each chunk that is here, …], 1 if all are]. DELETE: destroy the file."""
    if request.method == "DELETE":
        services.remove_blob(actor=request.actor, thread_id=thread_id, blob_id=blob_id)
        return HttpResponse(status=204)
    return _status(request, thread_id, blob_id)


@require_http_methods(["GET", "PUT"])
@member_endpoint(transaction=False)
def chunk(
    request: MemberRequest, thread_id: uuid.UUID, blob_id: uuid.UUID, number: int
) -> HttpResponseBase:
    """One sealed chunk: PUT by whoever began the upload, GET by whoever is in the thread."""
    if request.method == "PUT":
        if request.content_type != OCTETS or len(request.body) > CHUNK_SIZE + TAG_SIZE:
            raise InvalidError(_("Send one sealed chunk as application/octet-stream."))
        services.store_chunk(
            actor=request.actor,
            thread_id=thread_id,
            blob_id=blob_id,
            number=number,
            sealed=request.body,
        )
        return HttpResponse(status=204)
    with in_workspace(request.workspace.id):
        stored = selectors.get_chunk(request.actor, thread_id, blob_id, number)
    return stored_chunk(stored)


def stored_chunk(stored: selectors.StoredChunk) -> ChunkResponse:
    """The chunk, streamed from the storage. Raises NotFoundError if it is gone."""
    try:
        file = default_storage.open(stored.name)
    except FileNotFoundError as error:
        raise NotFoundError(_("This file is not here any more.")) from error
    response = ChunkResponse(file, content_type=OCTETS)
    response["Content-Length"] = str(stored.size)
    response["Content-Disposition"] = "attachment"
    # Its bytes never change. A day, and not for ever: what was deleted shall leave the browsers too.
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _status(
    request: MemberRequest, thread_id: uuid.UUID, blob_id: uuid.UUID, status: int = 200
) -> HttpResponse:
    with in_workspace(request.workspace.id):
        found = selectors.get_blob_status(request.actor, thread_id, blob_id)
    return cbor(shapes.blob(found), status=status)
