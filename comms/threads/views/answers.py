"""How endpoints of threads answer: CBOR in and out, 401 instead of the sign-in page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from comms.accounts.scope import member_view
from comms.accounts.views.answers import CBOR, endpoint, person_endpoint
from comms.core.errors import InvalidError

__all__ = ["CBOR", "body", "member_endpoint", "whole"]


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

        return answer

    return decorate


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
