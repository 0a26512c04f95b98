"""The page of threads: a frame; everything in it is decrypted and drawn by the browser."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, keys_and_pictures_page, member_view
from comms.threads import selectors


@require_GET
@keys_and_pictures_page
@member_view()
def list_page(request: MemberRequest) -> HttpResponse:
    """The list of the person's threads, and the form to begin one."""
    return render(request, "threads/page.html", {"thread_id": ""})


@require_GET
@keys_and_pictures_page
@member_view()
def thread_page(request: MemberRequest, thread_id: uuid.UUID) -> HttpResponse:
    """One thread; 404 for whoever is not in it."""
    seat = selectors.get_thread(request.actor, thread_id)
    return render(request, "threads/page.html", {"thread_id": str(seat.thread.id)})
