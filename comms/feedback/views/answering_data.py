"""What a form's page asks for, under /f/<address>/."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from comms.accounts import selectors as accounts
from comms.accounts.views.answers import CBOR, cbor, decode_list, octets, read_list
from comms.core.errors import CommsError, InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import definitions, selectors, services
from comms.feedback.views.chunks import stored_chunk
from comms.feedback.views.door import address_of, chunk_of, limit_room, stranger_endpoint
from comms.wire import submissions as wire
from comms.wire.cbor import Value

_SEND_LIMIT = wire.LIMIT + definitions.OPEN_ANSWERS_LIMIT + 16 * 1024


@stranger_endpoint("read", "GET")
def opening(_request: HttpRequest, address: str) -> HttpResponse:
    """What is asked, by whom it is read, and whether it takes answers."""
    public = selectors.find_address(address)
    workspace = accounts.get_workspace_by_id(public.workspace_id)
    with in_workspace(public.workspace_id):
        content = selectors.get_opening(public.form_id, workspace)
    return HttpResponse(content, content_type=CBOR)


@stranger_endpoint("challenge", "GET")
def challenge(_request: HttpRequest, address: str) -> HttpResponse:
    """A challenge for the proof of work."""
    selectors.find_address(address)
    return JsonResponse(services.make_challenge().as_json())


@stranger_endpoint("file", "POST")
def files(request: HttpRequest, address: str) -> HttpResponse:
    """Room for a file: [proof, size] for [blob, upload token]."""
    proof, size = read_list(request, 2, limit=4096)
    if not isinstance(proof, str) or type(size) is not int:
        raise InvalidError(_("The body is not what this address reads."))
    public = selectors.find_address(address)
    limit_room(request, size)
    services.spend_proof(proof)
    holder = selectors.Holder(public.workspace_id, public.form_id)
    file = services.open_file(holder, size)
    return cbor([file.id.bytes, services.upload_token(public.form_id, file.id)], status=201)


@stranger_endpoint("chunk", "GET", "PUT")
def part(request: HttpRequest, address: str, file_id: uuid.UUID, number: int) -> HttpResponseBase:
    """One sealed chunk, by whoever holds the upload's token."""
    public = selectors.find_address(address)
    services.check_token(public.form_id, file_id, request.headers.get("X-Upload-Token", ""))
    holder = selectors.Holder(public.workspace_id, public.form_id)
    if request.method == "PUT":
        services.store_part(holder, file_id, number, chunk_of(request))
        return HttpResponse(status=204)
    with in_workspace(public.workspace_id):
        stored = selectors.get_part(holder, file_id, number)
    return stored_chunk(stored)


@stranger_endpoint("send", "POST")
def send(request: HttpRequest, address: str) -> HttpResponse:
    """[proof, lookup, submission, open answers, [[blob, token], …], language]: taken, whole and once."""
    services.send_submission(
        address=address, sending=_read(read_list(request, 6, limit=_SEND_LIMIT))
    )
    return cbor([], status=201)


def send_together(requests: Sequence[tuple[HttpRequest, bytes]]) -> list[bool]:
    """Take in one step what many post to `send` at the same moment, and say which were taken (`comms.core.crowd`).

    The others have left nothing behind but a count of their address, and are answered by `send` one by one.
    """
    within = services.count_addresses([address_of(request) for request, _body in requests], "send")
    readable: list[tuple[str, services.Sending] | None] = []
    for (request, body), is_within in zip(requests, within, strict=True):
        found = None
        if is_within and len(body) <= _SEND_LIMIT:
            with suppress(CommsError):
                found = _address_of_form(request.path_info), _read(decode_list(body, 6))
        readable.append(found)
    taken = iter(services.send_together([one for one in readable if one is not None]))
    return [one is not None and next(taken) for one in readable]


def _address_of_form(path: str) -> str:
    """The form's, of a path of `send`."""
    return path.split("/")[2]


def _read(values: Sequence[Value]) -> services.Sending:
    """Raises InvalidError."""
    proof, lookup, raw, answers, uploads, language = values
    if not isinstance(proof, str) or not isinstance(language, str):
        raise InvalidError(_("The body is not what this address reads."))
    return services.Sending(
        proof=proof,
        lookup=octets(lookup),
        raw=octets(raw),
        open_answers=octets(answers),
        files=_tokens(uploads),
        language=language,
    )


def _tokens(uploads: object) -> dict[uuid.UUID, str]:
    """The token of each blob. Raises InvalidError."""
    found: dict[uuid.UUID, str] = {}
    if not isinstance(uploads, list) or len(uploads) > wire.FILES_LIMIT:
        raise InvalidError(_("Send at most {count} files.").format(count=wire.FILES_LIMIT))
    for row in uploads:
        if not isinstance(row, list) or len(row) != 2:
            raise InvalidError(_("The body is not what this address reads."))
        blob, token = row
        if not isinstance(blob, bytes) or len(blob) != 16 or not isinstance(token, str):
            raise InvalidError(_("The body is not what this address reads."))
        found[uuid.UUID(bytes=blob)] = token
    return found
