"""Health for the operator's probes, and the answers when something is refused, missing or broken."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.http import require_GET
from redis import Redis, RedisError

from comms.core.rest.problems import is_api, problem_response


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Says nothing of its services."""
    return JsonResponse({"status": "ok"})


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can do its work: PostgreSQL and Valkey answer. 503 and which one when not."""
    services = {"database": _database_answers(), "valkey": _valkey_answers()}
    ready = all(services.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "services": services},
        status=200 if ready else 503,
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _valkey_answers() -> bool:
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=2)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page's protection token didn't match: most often the page was open for too long.

    A script of that page finds the one that is valid now in a header, which no other origin can read.
    """
    response = render(request, "403_csrf.html", status=403)
    response["X-CSRFToken"] = get_token(request)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a page for people, a problem document for programs. So are the three below."""
    if is_api(request):
        return problem_response(400, "malformed", _("The request can't be understood."))
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    if is_api(request):
        return problem_response(403, "forbidden", _("You may not do this."))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if is_api(request):
        return problem_response(404, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def failure(request: HttpRequest) -> HttpResponse:
    """500. The request id in its header is what to look for in the log."""
    if is_api(request):
        return problem_response(
            500, "failure", _("Something went wrong here. It is written down; try again later.")
        )
    # Without a context processor: any of them may be what failed.
    return HttpResponse(
        render_to_string("500.html", {"request": request}),
        content_type="text/html; charset=utf-8",
        status=500,
    )
