"""Answers of the API that belong to no resource."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from comms.core.rest.problems import problem_response


@csrf_exempt
def not_here(request: HttpRequest) -> HttpResponse:
    """Whatever address under /api/v1/ isn't one: 404 with a problem document, in any method."""
    return problem_response(404, "not_found", _("There is no such address in the API."))
