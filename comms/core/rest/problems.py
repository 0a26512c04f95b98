"""Errors of the API as problem details (RFC 9457), whatever raised them.

`code` is for programs and never changes its meaning; `title` and `detail` are for people. Nothing of the
server's inside is in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from comms.core.errors import CommsError, RateLimitedError

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"

# DRF's words for what went wrong, in ours.
_CODES = {
    "parse_error": "malformed",
    "invalid": "invalid",
    "not_authenticated": "not_authenticated",
    "authentication_failed": "not_authenticated",
    "permission_denied": "forbidden",
    "not_found": "not_found",
    "method_not_allowed": "method_not_allowed",
    "not_acceptable": "not_acceptable",
    "unsupported_media_type": "unsupported_media_type",
    "throttled": "rate_limited",
}


class FieldProblemSerializer(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField(help_text=gettext_lazy("Dotted path of the field."))
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(help_text="urn:entente:problem:<code>")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text=gettext_lazy("For programs; never changes its meaning."))
    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]  # a declared field; DRF takes it off the class


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The body of an answer about a problem."""
    body: dict[str, Any] = {
        "type": f"urn:entente:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return body


def problem_response(status: int, code: str, detail: str) -> JsonResponse:
    """The same outside DRF: for addresses that don't exist, and for failures."""
    return JsonResponse(problem(status, code, detail), status=status, content_type=CONTENT_TYPE)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. What it doesn't know is logged and answered as a failure of ours."""
    if isinstance(error, CommsError):
        response = Response(_of_ours(error), status=error.status)
        if isinstance(error, RateLimitedError):
            response["Retry-After"] = str(error.retry_after)
    elif isinstance(error, Http404):
        response = Response(problem(404, "not_found", _("There is nothing here.")), status=404)
    elif isinstance(error, PermissionDenied):
        response = Response(problem(403, "forbidden", _("You may not do this.")), status=403)
    elif isinstance(error, SuspiciousOperation):
        response = Response(
            problem(400, "malformed", _("The request can't be understood.")), status=400
        )
    elif isinstance(error, exceptions.APIException):
        given = exception_handler(error, dict(context))
        if given is None:
            return None
        response = given
        response.data = _of_drf(error)
        response.status_code = response.data["status"]
    else:
        return None
    response.content_type = CONTENT_TYPE
    return response


def _of_ours(error: CommsError) -> dict[str, Any]:
    errors = [{"field": error.field, "message": error.message}] if error.field else None
    return problem(error.status, error.code, error.message, errors)


def _of_drf(error: exceptions.APIException) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        # 422 as for our own InvalidError: the request was understood, its content was not right.
        errors = [{"field": field, "message": message} for field, message in _flat(error.detail)]
        return problem(422, "invalid", _("Some fields are not right."), errors)
    code = _CODES.get(error.default_code, "error")
    return problem(error.status_code, code, str(error.detail))


def _flat(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """DRF's nested errors as (dotted path, sentence)."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            name = path if key == "non_field_errors" else f"{path}.{key}".lstrip(".")
            yield from _flat(inner, name)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{path}.{number}".lstrip(".") if nested else path)
    else:
        yield path, str(detail)


def is_api(request: HttpRequest) -> bool:
    """True for addresses whose every answer is JSON."""
    return request.path.startswith("/api/")
