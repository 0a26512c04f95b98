"""What the page of threads reads and writes: records, wraps and envelopes, verbatim in CBOR."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest
from comms.accounts.views.answers import cbor, octets, read_list
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, shapes
from comms.threads.views.answers import body, limit_guest, member_endpoint, whole
from comms.wire import envelopes as wire_envelopes
from comms.wire import epochs as wire_epochs
from comms.wire import form_keys as wire_form_keys
from comms.wire import history as wire_history
from comms.wire import leaving as wire_leaving
from comms.wire.cbor import Value


@require_GET
@member_endpoint()
def index(request: MemberRequest) -> HttpResponse:
    """Up to 50 threads: [id, record, wrap, seq, T, read up to, activity]; then the next page's cursor or ""."""
    before = shapes.index_cursor(request.GET.get("cursor"))
    return cbor(shapes.index(selectors.list_threads(request.actor, before=before)))


@require_POST
@member_endpoint(transaction=False)
def create(request: MemberRequest) -> HttpResponse:
    """Open a thread from its first epoch (epoch-upload)."""
    upload = body(request, wire_epochs.UPLOAD_LIMIT)
    return cbor(shapes.state(services.open_thread(actor=request.actor, upload=upload)), status=201)


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def epochs(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """GET: records with the reader's own wraps, above `after`. POST: the next epoch (epoch-upload).

    A wrap given for history comes with the fingerprint of the keys that open it.
    """
    if request.method == "POST":
        limit_guest(request, "post")
        upload = body(request, wire_epochs.UPLOAD_LIMIT)
        thread = services.publish_epoch(actor=request.actor, thread_id=thread_id, upload=upload)
        return cbor(shapes.state(thread), status=201)
    with in_workspace(request.workspace.id):
        found = selectors.list_epochs(request.actor, thread_id, after=whole(request, "after") or 0)
    return cbor(shapes.epochs(found))


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def form_keys(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Of a form's thread. GET: form keys above `after`. POST: [epoch-upload, form-key], the next epoch of it."""
    if request.method == "POST":
        limit = wire_epochs.UPLOAD_LIMIT + wire_form_keys.LIMIT + 100
        upload, form_key = read_list(request, 2, limit=limit)
        thread = services.publish_epoch(
            actor=request.actor,
            thread_id=thread_id,
            upload=octets(upload),
            form_key=octets(form_key),
        )
        return cbor(shapes.state(thread), status=201)
    with in_workspace(request.workspace.id):
        after = whole(request, "after") or 0
        found = selectors.list_form_keys(request.actor, thread_id, after=after)
    return cbor(list[Value](found))


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def envelopes(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """GET: a page of at most 200. POST: one envelope; the answer is [seq, T]."""
    if request.method == "POST":
        limit_guest(request, "post")
        raw = body(request, wire_envelopes.LIMIT)
        row = services.post_envelope(actor=request.actor, thread_id=thread_id, raw=raw)
        return cbor([row.seq, bytes(row.t)], status=201)
    with in_workspace(request.workspace.id):
        page = selectors.list_envelopes(
            request.actor,
            thread_id,
            after=whole(request, "after"),
            before=whole(request, "before"),
        )
    return cbor(shapes.envelopes(page))


@require_GET
@member_endpoint()
def people(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Identity chains of everyone who is or was in the thread: [user, name, [entry, …]]."""
    return cbor(shapes.people(selectors.list_people(request.actor, thread_id)))


@require_POST
@member_endpoint(transaction=False)
def read(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Note how far the person has read: [seq]."""
    (seq,) = read_list(request, 1, limit=16)
    if type(seq) is not int:
        raise InvalidError(_("That is not a whole number."))
    return cbor([services.mark_read(actor=request.actor, thread_id=thread_id, seq=seq)])


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def leaves(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """GET: notices that the next epoch must quote. POST: one's own (leave-notice); the seat ends at once."""
    if request.method == "POST":
        raw = body(request, wire_leaving.LIMIT)
        services.leave_thread(actor=request.actor, thread_id=thread_id, raw=raw)
        return HttpResponse(status=204)
    with in_workspace(request.workspace.id):
        found: list[Value] = list(selectors.list_leaves(request.actor, thread_id))
    return cbor(found)


@require_GET
@member_endpoint()
def put_out(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Who is no member of the workspace any more, and must not be in the next epoch: [user, …]."""
    return cbor([user.bytes for user in selectors.list_put_out(request.actor, thread_id)])


@require_POST
@member_endpoint(transaction=False)
def history(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Give a member keys of earlier epochs (history-grant); the answer is [first seq they may read]."""
    raw = body(request, wire_history.LIMIT)
    return cbor([services.grant_history(actor=request.actor, thread_id=thread_id, raw=raw)])
