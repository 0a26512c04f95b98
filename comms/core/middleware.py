"""What every request passes through: an id for the logs, and the headers that no other part sets."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_Handler = Callable[[HttpRequest], HttpResponse]
PIECE_BYTES = 256 * 1024
"""Of a file sent at once."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def choose_request_id(given: str) -> str:
    """A proxy's id of a request, if it is well formed, else a new one."""
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def request_id(get_response: _Handler) -> _Handler:
    """Give the request an id, bind it to the logs, send it back.

    Error pages show it as `request.id`.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        identifier = choose_request_id(request.headers.get("X-Request-ID", ""))
        request.id = identifier  # type: ignore[attr-defined]  # read by templates/_error_number.html
        structlog.contextvars.bind_contextvars(request_id=identifier)
        try:
            response = get_response(request)
        finally:
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = identifier
        return response

    return handle


def security_headers(get_response: _Handler) -> _Handler:
    """Keep our pages out of other origins' reach, and anything personal out of caches."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy",
            "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


def large_pieces(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Send files in pieces of `PIECE_BYTES`, which nearly all scripts and styles fit into.

    Each piece goes from a thread to the event loop and waits there until it is taken over: in Django's pieces
    of 4 KiB that costs more than the file.
    """

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, FileResponse):
            response.block_size = max(response.block_size, PIECE_BYTES)
        return response

    return handle
