"""How fast mail goes out: the limits of a workspace."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import selectors, services
from comms.campaigns.forms import SpeedForm, show_refusal
from comms.core.actors import Role
from comms.core.errors import CommsError


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN)
def speed_page(request: MemberRequest) -> HttpResponse:
    """The limits, and one more."""
    form = SpeedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_cap(actor=request.actor, **form.cap())
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The limit holds for what is sent from now on."))
            return redirect("campaigns:speed", request.workspace.slug)
    return render(
        request,
        "campaigns/speed.html",
        {"form": form, "caps": selectors.list_caps(request.actor)},
        status=422 if form.errors else 200,
    )


@require_POST
@member_view(Role.ADMIN)
def remove(request: MemberRequest, cap: uuid.UUID) -> HttpResponse:
    """Lift one limit."""
    services.remove_cap(actor=request.actor, cap_id=cap)
    messages.success(request, _("The limit is lifted."))
    return redirect("campaigns:speed", request.workspace.slug)
