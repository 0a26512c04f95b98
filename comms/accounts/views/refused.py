"""What is refused or not there, for people who are signed in: said inside their navigation."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from comms.accounts import selectors
from comms.accounts.models import User
from comms.accounts.scope import LAST_WORKSPACE
from comms.core import views as core
from comms.core.errors import ForbiddenError
from comms.core.rest.problems import is_api

# Pages for people without an account show nothing of a team's work, whoever is signed in beside.
_PUBLIC = ("/u/", "/g/", "/accounts/")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence that the refusal brings."""
    if _is_framed(request):
        reason = exception.message if isinstance(exception, ForbiddenError) else ""
        return render(request, "403.html", {"frame": "shell.html", "reason": reason}, status=403)
    return core.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same for what isn't there and for what belongs to others, also in its frame."""
    if _is_framed(request):
        return render(request, "404.html", {"frame": "shell.html"}, status=404)
    return core.not_found(request, exception)


def _is_framed(request: HttpRequest) -> bool:
    """Whether a person reads this in a workspace of theirs; the request then carries it.

    The workspace of the address if they are a member of it, else the one that they came from, or their first.
    Without the database the plain page has to do.
    """
    if not _is_read(request):
        return False
    named = request.path_info.split("/")[2] if request.path_info.startswith("/w/") else ""
    try:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return False
        last = request.session.get(LAST_WORKSPACE, "")
        place = selectors.get_place_of(user.id, preferred=(named, last))
    except DatabaseError:
        return False
    if place is None:
        return False
    request.actor, request.workspace = place.actor, place.workspace  # type: ignore[attr-defined]  # as a MemberRequest has
    return True


def _is_read(request: HttpRequest) -> bool:
    """Whether a person will see the answer as a page of the team."""
    return (
        "text/html" in request.headers.get("Accept", "text/html")
        and "HX-Request" not in request.headers
        and not is_api(request)
        and not request.path_info.startswith((*_PUBLIC, settings.STATIC_URL))
    )
