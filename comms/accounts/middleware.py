"""For every page: how long a session lasts, and the person's own language and time zone."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from comms.accounts.models import User
from comms.accounts.selectors import SIGNED_IN_AT, list_workspaces_of, strictest_limits
from comms.core.errors import ForbiddenError, UnavailableError

_Handler = Callable[[HttpRequest], HttpResponse]
_SEEN = "seen_at"
_WRITE_AFTER = 300  # seconds between two notes of a visit, so that reading pages writes nothing


def session_limits(get_response: _Handler) -> _Handler:
    """Sign a browser out when it was idle, or signed in, for longer than the person's workspaces allow.

    At most SESSION_IDLE_AGE and SESSION_COOKIE_AGE. Asked for at every visit: a stricter rule holds at once.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            started = request.session.setdefault(SIGNED_IN_AT, now)
            seen = request.session.setdefault(_SEEN, now)
            # The frame of the page lists them too, so they are asked for once.
            workspaces = list_workspaces_of(request.user.pk)
            limits = strictest_limits(workspaces)
            request.workspaces = workspaces  # type: ignore[attr-defined]  # read by the shell
            request.idle_minutes = limits.idle // 60  # type: ignore[attr-defined]  # as above
            if now - seen > limits.idle or now - started > limits.age:
                logout(request)
            elif now - seen > min(_WRITE_AFTER, limits.idle / 10):
                request.session[_SEEN] = now
                UserSession.objects.filter(session_key=request.session.session_key).update(
                    last_seen_at=timezone.now(), ip=get_adapter(request).get_client_ip(request)
                )
        return get_response(request)

    return handle


def personal_settings(get_response: _Handler) -> _Handler:
    """Activate the person's language and zone; visitors keep what their browser asks for."""

    class Personal:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            if isinstance(request.user, User):
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = request.user.language
                try:
                    timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
                except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                    timezone.deactivate()
            else:
                timezone.deactivate()
            return get_response(request)

        def process_exception(
            self, request: HttpRequest, exception: Exception
        ) -> HttpResponse | None:
            if isinstance(exception, ForbiddenError):
                from comms.accounts.views.refused import forbidden

                return forbidden(request, exception)
            if isinstance(exception, UnavailableError):
                return render(request, "503.html", {"reason": exception.message}, status=503)
            return None

    return Personal()
