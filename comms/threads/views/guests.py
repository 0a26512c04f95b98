"""Links for guests: what members make and see of them, and the way in for a guest."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts import selectors as accounts
from comms.accounts.scope import MemberRequest, keys_and_pictures_page
from comms.accounts.views.answers import cbor, endpoint, limit_rate, octets, read_list
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.threads import selectors, services, shapes
from comms.threads.views.answers import body, member_endpoint
from comms.wire import guests as wire
from comms.wire import identity as wire_identity

_MAKING_LIMIT = wire_identity.LIMIT + services.GUEST_LABEL_LIMIT + 100


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def guests(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """GET: the thread's links, as of `others`. POST: a new one; the epoch that lets the guest in follows.

    The body is [identity entry of the link, end in milliseconds, 1 with a code else 0, epoch of the label,
    label]; the answer is [guest].
    """
    if request.method == "POST":
        limit_rate(request, "make_guest")
        entry, expires, with_code, epoch, label = read_list(request, 5, limit=_MAKING_LIMIT)
        if type(expires) is not int or type(epoch) is not int or with_code not in (0, 1):
            raise InvalidError(_("The body is not what this address reads."))
        guest = services.make_guest(
            actor=request.actor,
            thread_id=thread_id,
            entry=octets(entry),
            expires=expires,
            with_code=bool(with_code),
            label_epoch=epoch,
            label_box=octets(label),
        )
        return cbor([guest.id.bytes], status=201)
    return _list(request, thread_id)


@require_GET
@member_endpoint(transaction=False)
def others(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """The thread's guests, as `shapes.guests`."""
    return _list(request, thread_id)


@require_GET
@never_cache
@keys_and_pictures_page
def page(request: HttpRequest, workspace: str, guest_id: uuid.UUID) -> HttpResponse:
    """The page behind a link: the same for every link, real or not, since only its keys open anything."""
    context = {"slug": workspace, "guest_id": str(guest_id)}
    response = render(request, "threads/guest.html", context)
    # Nobody shall hear where this reader came from. The page posts nothing that needs a referrer.
    response["Referrer-Policy"] = "no-referrer"
    return response


@csrf_exempt
@require_POST
@endpoint
def challenge(request: HttpRequest, workspace: str, guest_id: uuid.UUID) -> HttpResponse:
    """[thread, nonce to sign, 1 if a code goes with the link else 0, 1 if it was opened else 0]."""
    limit_rate(request, "guest_challenge", key=str(guest_id))
    place = accounts.get_workspace(workspace)
    found = services.challenge_guest(workspace_id=place.id, guest_id=guest_id)
    return cbor(
        [found.thread_id.bytes, found.nonce, int(found.with_code), int(found.is_opened)], status=201
    )


@csrf_exempt
@require_POST
@endpoint
def enter(request: HttpRequest, workspace: str, guest_id: uuid.UUID) -> HttpResponse:
    """[guest-challenge, signature] for a pass: [pass]. Nothing is kept in a cookie or a session."""
    limit_rate(request, "guest_enter", key=str(guest_id))
    raw, signature = read_list(request, 2, limit=wire.CHALLENGE_LIMIT + 200)
    place = accounts.get_workspace(workspace)
    given = services.admit_guest(
        workspace_id=place.id,
        guest_id=guest_id,
        raw=octets(raw),
        signature=octets(signature),
        origin=_origin(request),
    )
    return cbor([given])


@require_POST
@member_endpoint(transaction=False)
def keys(request: MemberRequest) -> HttpResponse:
    """The guest's own keys (identity-entry, a successor) in the place of the link's: [new pass]."""
    raw = body(request, wire_identity.LIMIT)
    return cbor([services.replace_guest_keys(actor=request.actor, raw=raw)])


def _list(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    with in_workspace(request.workspace.id):
        found = selectors.list_guests(request.actor, thread_id)
    return cbor(shapes.guests(found))


def _origin(request: HttpRequest) -> str:
    """The page's origin as its browser says it, if it is one of ours. Raises InvalidError."""
    origin = request.headers.get("Origin", "")
    if not _is_ours(origin, request.get_host()):
        raise InvalidError(_("This was sent from another page than ours."))
    return origin


def _is_ours(origin: str, host: str) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # as of a bracket that nothing closes
        return False
