"""How endpoints that a script calls read a body and answer: CBOR in and out, refusals as RFC 9457."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _

from comms.accounts.models import User
from comms.core.errors import CommsError, InvalidError, RateLimitedError
from comms.wire.argon import Argon2
from comms.wire.cbor import Value, decode, encode
from comms.wire.errors import WireError

CBOR = "application/cbor"


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def endpoint(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Turn the product's errors into problem documents, and send the page its CSRF token again.

    The token changes with signing in, and the page that a ceremony runs on stays open over that.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except CommsError as error:
            response = problem(error)
        response["X-CSRFToken"] = get_token(request)
        return response

    return answer


def person_endpoint(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """An endpoint for people who are signed in; 401 for everyone else, since a script follows no redirect."""

    @endpoint
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, User):
            return _problem_document(401, "signed_out", _("You are signed out. Sign in again."))
        return view(request, *args, **kwargs)

    return answer


def problem(error: CommsError) -> JsonResponse:
    """The error as a problem document; `field` says where."""
    response = _problem_document(error.status, error.code, error.message, error.field)
    if isinstance(error, RateLimitedError):
        response["Retry-After"] = str(error.retry_after)
    return response


def _problem_document(status: int, code: str, title: str, field: str | None = None) -> JsonResponse:
    document = {"type": "about:blank", "title": title, "status": status, "code": code}
    if field:
        document["field"] = field
    return JsonResponse(document, status=status, content_type="application/problem+json")


def cbor(value: Value, status: int = 200) -> HttpResponse:
    """An answer in CBOR."""
    return HttpResponse(encode(value), content_type=CBOR, status=status)


def read_list(request: HttpRequest, length: int, *, limit: int) -> list[Value]:
    """The body: a CBOR list of `length` items in at most `limit` bytes. Raises InvalidError."""
    if request.content_type != CBOR:
        raise InvalidError(_("Send the body as application/cbor."))
    if len(request.body) > limit:
        raise InvalidError(_("The body is not what this address reads."))
    return decode_list(request.body, length)


def decode_list(body: bytes, length: int) -> list[Value]:
    """A CBOR list of `length` items; the caller has looked at its size. Raises InvalidError."""
    try:
        value = decode(body, limit=len(body))
    except WireError as error:
        raise InvalidError(_("The body is not what this address reads.")) from error
    if not isinstance(value, list) or len(value) != length:
        raise InvalidError(_("The body is not what this address reads."))
    return cast(list[Value], value)


def text(value: Value, limit: int = 500) -> str:
    """A text of the body. Raises InvalidError, also for NUL, which the database can't hold."""
    if not isinstance(value, str) or len(value) > limit or "\x00" in value:
        raise InvalidError(_("The body is not what this address reads."))
    return value


def octets(value: Value) -> bytes:
    """Bytes of the body. Raises InvalidError."""
    if not isinstance(value, bytes):
        raise InvalidError(_("The body is not what this address reads."))
    return value


def octets_list(value: Value, most: int) -> tuple[bytes, ...]:
    """A list of byte strings of the body. Raises InvalidError."""
    if not isinstance(value, list) or len(value) > most:
        raise InvalidError(_("The body is not what this address reads."))
    return tuple(octets(item) for item in value)


def argon2(value: Value) -> Argon2:
    """Argon2id parameters of the body. Raises InvalidError, for weak ones too."""
    try:
        return Argon2.read(value)
    except WireError as error:
        raise InvalidError(
            _("The parameters of the passphrase are not accepted. Reload the page and try again.")
        ) from error


def limit_rate(request: HttpRequest, action: str, *, key: str | None = None) -> None:
    """Count a try against ACCOUNT_RATE_LIMITS[action]. Raises RateLimitedError."""
    try:
        ratelimit.consume(
            request, app="allauth.account", action=action, key=key, raise_exception=True
        )
    except RateLimited as error:
        raise RateLimitedError(
            _("Too many tries. Wait a minute and try again."), retry_after=60
        ) from error
