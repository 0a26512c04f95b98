"""The door of pages and endpoints for people without an account: no session, no cookie, nothing kept of who asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from redis import RedisError

from comms.accounts.views.answers import problem
from comms.core.errors import CommsError, ConflictError, InvalidError, UnavailableError
from comms.feedback import services
from comms.wire.files import CHUNK_SIZE, TAG_SIZE
from comms.wire.submissions import FILE_SIZE_LIMIT

OCTETS = "application/octet-stream"


def stranger_endpoint(
    action: str, *methods: str
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """An endpoint for anybody, counted against FEEDBACK_RATE_LIMITS[action]; refusals are problem documents.

    It sets no cookie and reads none: no request is made in anybody's name, so none needs a CSRF token.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            try:
                services.limit_address(address_of(request), action)
                return view(request, *args, **kwargs)
            except CommsError as error:
                return problem(error)
            except RedisError:
                return problem(
                    UnavailableError(
                        _("This can't be taken at the moment. Nothing is lost: try again soon.")
                    )
                )

        return answer

    return decorate


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, for counting alone."""
    return str(get_adapter(request).get_client_ip(request))


def limit_room(request: HttpRequest, size: int) -> None:
    """Count a file of `size` bytes. Raises ConflictError for who has announced too much within the hour.

    Not RateLimitedError: a browser would wait for the hour to pass, and the person for their browser.
    """
    kibibytes = min(max(size, 0), FILE_SIZE_LIMIT) // 1024 + 1
    if not services.count_addresses([address_of(request)], "room", kibibytes)[0]:
        raise ConflictError(
            _(
                "Too many large files came from here. Send your answers without one, or try again in an hour."
            )
        )


def chunk_of(request: HttpRequest) -> bytes:
    """The body as one sealed chunk. Raises InvalidError."""
    body = request.body
    if request.content_type != OCTETS or not 0 < len(body) <= CHUNK_SIZE + TAG_SIZE:
        raise InvalidError(_("Send one sealed chunk as application/octet-stream."))
    return body
