"""How endpoints of threads answer: CBOR in and out, 401 instead of the sign-in page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from comms.accounts import selectors as accounts
from comms.accounts.scope import MemberRequest, member_view
from comms.accounts.views.answers import CBOR, endpoint, person_endpoint
from comms.accounts.views.answers import limit_rate as limit
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.threads import services

__all__ = ["CBOR", "body", "for_guests", "limit_guest", "limit_rate", "member_endpoint", "whole"]

_GUEST = "guest_id"


def member_endpoint(
    *, transaction: bool = True
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """An endpoint for members of the workspace in the address. A script follows no redirect, hence 401."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        scoped = member_view(transaction=transaction)(view)

        @endpoint
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return person_endpoint(cast(Any, scoped))(request, *args, **kwargs)

        answer.view, answer.transaction = view, transaction  # type: ignore[attr-defined]  # of for_guests
        return answer

    return decorate


def for_guests(
    endpoint_of_members: Callable[..., HttpResponseBase], *methods: str
) -> Callable[..., Any]:
    """The same endpoint for a guest of the address, whose pass stands in the header `Authorization`.

    Never by a session: a pass that a page puts there itself needs no CSRF token. Guests are counted by
    their id, since they have no account.
    """
    view = cast(Any, endpoint_of_members).view
    scope = in_workspace if cast(Any, endpoint_of_members).transaction else None

    @csrf_exempt
    @require_http_methods(methods)
    @endpoint
    @wraps(view)
    def answer(
        request: Any, workspace: str, guest_id: uuid.UUID, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        limit(request, "guest_request", key=str(guest_id))
        place = accounts.get_workspace(workspace)
        request.actor = services.find_guest(
            workspace_id=place.id, guest_id=guest_id, text=_pass(request)
        )
        request.workspace = place
        with scope(place.id) if scope else nullcontext():
            return cast(HttpResponseBase, view(request, *args, **kwargs))

    return answer


def limit_rate(request: MemberRequest, action: str) -> None:
    """Count a try of the member, or of the guest. Raises RateLimitedError."""
    guest = request.resolver_match and request.resolver_match.kwargs.get(_GUEST)
    if guest:
        limit(request, f"guest_{action}", key=str(guest))
    else:
        limit(request, action)


def limit_guest(request: MemberRequest, action: str) -> None:
    """Count what only guests are limited in. Raises RateLimitedError."""
    guest = request.resolver_match and request.resolver_match.kwargs.get(_GUEST)
    if guest:
        limit(request, f"guest_{action}", key=str(guest))


def _pass(request: HttpRequest) -> str:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind == "Guest" else ""


def body(request: HttpRequest, limit: int) -> bytes:
    """The request's body. Raises InvalidError for another type or more than `limit` bytes."""
    if request.content_type != CBOR or len(request.body) > limit:
        raise InvalidError(
            _("Send the body as application/cbor, at most {limit} bytes.").format(limit=limit)
        )
    return request.body


def whole(request: HttpRequest, name: str) -> int | None:
    """A whole number of the query, or None if it is not there. Raises InvalidError."""
    given = request.GET.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 16:
        raise InvalidError(_("That is not a whole number."), field=name)
    return int(given)
