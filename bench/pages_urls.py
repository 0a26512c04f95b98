"""The product's addresses and the bare page that they are compared with."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from comms.accounts.scope import person_page
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

_BARE = '{% extends "shell.html" %}{% block title %}Nothing{% endblock %}'


@login_required
@person_page
def bare(request: HttpRequest) -> HttpResponse:
    """The empty shell: what any signed-in page costs before it shows anything."""
    return HttpResponse(engines["django"].from_string(_BARE).render({}, request))


urlpatterns = [*product, path("bare/", bare)]
