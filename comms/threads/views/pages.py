"""The page of threads: a frame; everything in it is decrypted and drawn by the browser."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, member_view
from comms.threads import selectors


def holds_keys(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Pages that hold keys enforce Trusted Types: no string becomes a script or markup."""

    @csp_update({"require-trusted-types-for": ["'script'"], "trusted-types": ["entente-worker"]})
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return answer


@require_GET
@holds_keys
@member_view()
def list_page(request: MemberRequest) -> HttpResponse:
    """The list of the person's threads, and the form to begin one."""
    return render(request, "threads/page.html", {"thread_id": ""})


@require_GET
@holds_keys
@member_view()
def thread_page(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """One thread; 404 for whoever is not in it."""
    seat = selectors.get_thread(request.actor, thread_id)
    return render(request, "threads/page.html", {"thread_id": str(seat.thread.id)})
