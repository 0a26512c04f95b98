"""What is answered to a request that comes no further than the door: a page, or a problem (RFC 9457) for programs."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

_PROBLEMS = {
    408: ("too_slow", gettext_noop("The request took too long to arrive.")),
    413: ("too_large", gettext_noop("The request is too large.")),
}


def refusal(status: int, scope: MutableMapping[str, Any]) -> tuple[str, bytes]:
    """Its type and its content, in the language that the browser asks for: nobody was looked up yet."""
    request = ASGIRequest(scope, BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        if scope["path"].startswith("/api/") or "json" in request.headers.get("Accept", ""):
            return "application/problem+json", json.dumps(_problem(status)).encode()
        return "text/html; charset=utf-8", render_to_string(f"{status}.html").encode()


def _problem(status: int) -> dict[str, str | int]:
    code, detail = _PROBLEMS[status]
    return {
        "type": f"urn:entente:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": _(detail),
        "code": code,
    }
