"""What is no part of the transcript: typing notes, receipts, drafts."""

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
from comms.threads.errors import StaleEpochError
from comms.threads.views.answers import body, limit_rate, member_endpoint
from comms.wire import envelopes as wire_envelopes
from comms.wire.cbor import Value

# That a note crosses with a new key is no failure of anybody's, and a browser would log it as one.
DROPPED = 202


@require_POST
@member_endpoint(transaction=False)
def ephemeral(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Pass an ephemeral envelope on to the open browsers; 202 if it came under an older key."""
    limit_rate(request, "pass_on")
    raw = body(request, wire_envelopes.LIMIT)
    try:
        services.pass_on(actor=request.actor, thread_id=thread_id, raw=raw)
    except StaleEpochError:
        return HttpResponse(status=DROPPED)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def receipts(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """GET: the newest receipt of each member. POST: one's own, an ephemeral envelope, as `ephemeral`."""
    if request.method == "POST":
        limit_rate(request, "pass_on")
        raw = body(request, wire_envelopes.LIMIT)
        try:
            services.post_receipt(actor=request.actor, thread_id=thread_id, raw=raw)
        except StaleEpochError:
            return HttpResponse(status=DROPPED)
        return HttpResponse(status=204)
    with in_workspace(request.workspace.id):
        found: list[Value] = list(selectors.list_receipts(request.actor, thread_id))
    return cbor(found)


@require_GET
@member_endpoint()
def muted(request: MemberRequest) -> HttpResponse:
    """The threads of which the person wants nothing told outside of their pages: [thread, …]."""
    return cbor([thread.bytes for thread in selectors.list_muted(request.actor)])


@require_POST
@member_endpoint(transaction=False)
def mute(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """[1] to have nothing of this thread told outside of its page, [0] to have it told again."""
    (wanted,) = read_list(request, 1, limit=16)
    if type(wanted) is not int or wanted not in (0, 1):
        raise InvalidError(_("That is neither 0 nor 1."))
    services.mute_thread(actor=request.actor, thread_id=thread_id, muted=wanted == 1)
    return HttpResponse(status=204)


@require_GET
@member_endpoint()
def drafts(request: MemberRequest) -> HttpResponse:
    """The person's drafts in this workspace: [thread, number, fingerprint, box]."""
    return cbor([shapes.draft(one) for one in selectors.list_drafts(request.actor)])


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def draft(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """GET: the draft in this thread, or []. POST: [number, fingerprint, box], an empty box to clear it."""
    if request.method == "POST":
        number, fingerprint, box = read_list(request, 3, limit=services.DRAFT_LIMIT + 100)
        if type(number) is not int:
            raise InvalidError(_("That is not a whole number."))
        services.save_draft(
            actor=request.actor,
            thread_id=thread_id,
            number=number,
            fingerprint=octets(fingerprint),
            box=octets(box),
        )
        return HttpResponse(status=204)
    with in_workspace(request.workspace.id):
        found = selectors.get_draft(request.actor, thread_id)
    return cbor([] if found is None else shapes.draft(found))
