"""The rules for signing in to a workspace, and the page that leads to a second step."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comms.accounts import selectors, services
from comms.accounts.forms import RulesForm
from comms.accounts.models import User
from comms.accounts.scope import MemberRequest, member_view
from comms.core.actors import Role
from comms.core.errors import InvalidError


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN)
def rules(request: MemberRequest) -> HttpResponse:
    """Who needs a second step; how long browsers stay signed in and invitations last."""
    kept = {name: getattr(request.workspace, name) for name in RulesForm.base_fields}
    form = RulesForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_rules(actor=request.actor, rules=services.Rules(**form.cleaned_data))
        except InvalidError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("The rules are saved. They hold from now on."))
            return redirect("accounts:settings", request.workspace.slug)
    return render(
        request, "accounts/rules.html", {"form": form}, status=422 if form.errors else 200
    )


@require_GET
@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """For somebody whose workspace demands a second step that they don't have."""
    person = cast(User, request.user)
    if selectors.has_second_step(person.id):
        return redirect("accounts:home")
    return render(
        request,
        "accounts/second_step.html",
        {"demanding": selectors.list_workspaces_demanding(person.id)},
    )
