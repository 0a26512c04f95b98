"""A signed-in person's own language and time zone, for every page they open."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from comms.accounts.models import User
from comms.core.errors import ForbiddenError

_Handler = Callable[[HttpRequest], HttpResponse]


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
                from django.core.exceptions import PermissionDenied
                from django.views.defaults import permission_denied

                return permission_denied(request, PermissionDenied(exception.message))
            return None

    return Personal()
