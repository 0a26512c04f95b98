"""Health for the operator's probes, and the answer to a failed CSRF check."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from redis import Redis, RedisError


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
    """The page's protection token didn't match: most often the page was open for too long."""
    return render(request, "403_csrf.html", status=403)
