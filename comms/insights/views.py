"""Today, and the palette as a page and as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from comms.accounts.scope import MemberRequest, member_view
from comms.insights import selectors


@require_GET
@never_cache
@member_view()
def today(request: MemberRequest) -> HttpResponse:
    """What needs this person now; until the five first steps are done, those too."""
    steps = selectors.list_first_steps(request.actor)
    waiting = selectors.list_waiting(request.actor)
    return render(
        request,
        "insights/today.html",
        {
            "now": timezone.localtime(),
            "steps": [(step, _address(request, step.route, {})) for step in steps],
            "steps_done": sum(step.done for step in steps),
            "next_step": next(
                (place for place, step in enumerate(steps) if step.allowed and not step.done), None
            ),
            "waiting": [
                (item, _address(request, item.route, item.arguments) + item.query)
                for item in waiting
            ],
        },
    )


@require_GET
@never_cache
@vary_on_headers("Accept")
@member_view()
def palette(request: MemberRequest) -> HttpResponse:
    """Go to a page or an object by its name. Scripts ask for JSON; without one it is a page with a form."""
    question = request.GET.get("q", "")[: selectors.LONGEST_QUESTION]
    places = [
        {
            "group": str(place.group),
            "label": str(place.label),
            "note": str(place.note),
            "icon": place.icon,
            "url": _address(request, place.route, place.arguments, local=place.local),
        }
        for place in selectors.find_places(request.actor, question)
    ]
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"places": places})
    return render(request, "insights/palette.html", {"question": question, "places": places})


def _address(
    request: MemberRequest, route: str, arguments: Mapping[str, object], *, local: bool = True
) -> str:
    workspace = {"workspace": request.workspace.slug} if local else {}
    return reverse(route, kwargs={**workspace, **arguments})
