"""API tokens of a workspace: what there is, a new one, revoking one."""

from __future__ import annotations

import datetime as dt
import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from comms.accounts import policies, selectors, services
from comms.accounts.models import Scope
from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError
from comms.core.paging import page_of

_PERIODS = (
    ("7", gettext_lazy("7 days")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("A year")),
)


class TokenForm(forms.Form):
    """What a new token is for, may do, and how long."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=80,
        help_text=gettext_lazy("So that you know later what stops working when you revoke it."),
    )
    scopes = forms.TypedMultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        coerce=Scope,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Never more than your own roles allow, at the moment it is used."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Works for"), choices=_PERIODS, coerce=int, initial="90"
    )


@require_GET
@member_view()
def tokens(request: MemberRequest) -> HttpResponse:
    """The person's own tokens; for administrators everyone's."""
    return render(
        request,
        "accounts/tokens.html",
        {
            "page": page_of(request, selectors.list_tokens(request.actor)),
            "all_of_workspace": policies.can_manage_members(request.actor),
            "now": timezone.now(),
            "scope_names": dict(Scope.choices),
        },
    )


@require_http_methods(["GET", "POST"])
@member_view()
def token_new(request: MemberRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, text = services.create_token(
                actor=request.actor,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=timezone.now() + dt.timedelta(days=form.cleaned_data["days"]),
            )
        except CommsError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return render(request, "accounts/token_made.html", {"token": token, "text": text})
    return render(
        request, "accounts/token_new.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@member_view()
def token_revoke(request: MemberRequest, token_id: uuid.UUID) -> HttpResponse:
    """Ask once, then end a token."""
    token = selectors.get_token(request.actor, token_id)
    back = reverse("accounts:tokens", args=[request.workspace.slug])
    if request.method == "POST":
        services.revoke_token(actor=request.actor, token_id=token_id)
        messages.success(request, _("The token opens nothing any more."))
        return redirect(back)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Revoke this token"),
            "lead": f"{token.name} ({token.prefix}…)",
            "consequences": [_("Whatever uses it is refused from this moment on.")],
            "action": _("Revoke"),
            "cancel_url": back,
            "danger": True,
        },
    )
