"""What the page of the way back asks for, under /r/<workspace>/. Who asks says a pass in the header X-Return-Pass."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from comms.accounts import selectors as accounts
from comms.accounts.views.answers import cbor, octets, read_list
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors, services, shapes
from comms.feedback.models import Submission
from comms.feedback.views.chunks import stored_chunk
from comms.feedback.views.door import chunk_of, limit_room, stranger_endpoint
from comms.wire import dialogue as wire
from comms.wire.cbor import Value


@stranger_endpoint("code", "POST")
def challenge(request: HttpRequest, workspace: str) -> HttpResponse:
    """[lookup] for [nonce]: also for a lookup that there is not."""
    (lookup,) = read_list(request, 1, limit=64)
    place = accounts.get_workspace(workspace)
    nonce = services.challenge_return(workspace_id=place.id, lookup=octets(lookup))
    return cbor([nonce], status=201)


@stranger_endpoint("code", "POST")
def enter(request: HttpRequest, workspace: str) -> HttpResponse:
    """[lookup, nonce, signature] for a pass and everything that belongs to the code."""
    lookup, nonce, signature = read_list(request, 3, limit=512)
    place = accounts.get_workspace(workspace)
    text, found = services.admit_return(
        workspace_id=place.id,
        lookup=octets(lookup),
        nonce=octets(nonce),
        signature=octets(signature),
        origin=_origin(request),
    )
    with in_workspace(place.id):
        opening = selectors.get_opening_of(found.form_id, found.version.number, place)
        return cbor(
            [
                text,
                bytes(found.content or b""),
                (found.open_answers or "").encode(),
                found.case.state,
                list[Value](selectors.list_dialogue(found.id)),
                opening,
                found.case.rating,
                shapes.files(selectors.list_files(found.id)),
            ]
        )


@stranger_endpoint("back", "GET", "POST")
def dialogue(request: HttpRequest, workspace: str) -> HttpResponse:
    """GET: what was written so far. POST: [dialogue], the person's next message, for [number]."""
    place = accounts.get_workspace(workspace)
    if request.method == "POST":
        (raw,) = read_list(request, 1, limit=wire.LIMIT + 16)
        number = services.post_message(workspace_id=place.id, text=_pass(request), raw=octets(raw))
        return cbor([number], status=201)
    with in_workspace(place.id):
        found = services.find_return(workspace_id=place.id, text=_pass(request))
        return cbor(list[Value](selectors.list_dialogue(found.id)))


@stranger_endpoint("back", "POST")
def rating(request: HttpRequest, workspace: str) -> HttpResponse:
    """[1 to 5]."""
    (given,) = read_list(request, 1, limit=16)
    if type(given) is not int:
        raise InvalidError(_("The body is not what this address reads."))
    place = accounts.get_workspace(workspace)
    services.rate_answer(workspace_id=place.id, text=_pass(request), rating=given)
    return HttpResponse(status=204)


@stranger_endpoint("file", "POST")
def files(request: HttpRequest, workspace: str) -> HttpResponse:
    """Room for a file of a message: [size] for [blob, ""]."""
    (size,) = read_list(request, 1, limit=32)
    if type(size) is not int:
        raise InvalidError(_("The body is not what this address reads."))
    holder = _holder(request, workspace)
    limit_room(request, size)
    file = services.open_file(holder, size)
    return cbor([file.id.bytes, ""], status=201)


@stranger_endpoint("chunk", "GET", "PUT")
def part(request: HttpRequest, workspace: str, file_id: uuid.UUID, number: int) -> HttpResponseBase:
    """One sealed chunk of a file that the person sends, or of one that was sent here."""
    holder = _holder(request, workspace)
    if request.method == "PUT":
        services.store_part(holder, file_id, number, chunk_of(request))
        return HttpResponse(status=204)
    with in_workspace(holder.workspace_id):
        stored = selectors.get_part(holder, file_id, number)
    return stored_chunk(stored)


@stranger_endpoint("back", "POST")
def erase(request: HttpRequest, workspace: str) -> HttpResponse:
    """Destroy everything that was sent under this code."""
    read_list(request, 0, limit=16)
    place = accounts.get_workspace(workspace)
    services.erase_submission(workspace_id=place.id, text=_pass(request))
    return HttpResponse(status=204)


def _holder(request: HttpRequest, workspace: str) -> selectors.Holder:
    place = accounts.get_workspace(workspace)
    with in_workspace(place.id):
        found: Submission = services.find_return(workspace_id=place.id, text=_pass(request))
    return selectors.Holder(place.id, found.form_id, found.id)


def _pass(request: HttpRequest) -> str:
    return request.headers.get("X-Return-Pass", "")


def _origin(request: HttpRequest) -> str:
    """The page's origin as its browser says it, if it is one of ours. Raises InvalidError."""
    origin = request.headers.get("Origin", "")
    try:
        is_ours = urlsplit(origin).netloc == request.get_host()
    except ValueError:
        is_ours = False
    if not is_ours:
        raise InvalidError(_("This was sent from another page than ours."))
    return origin
