"""Changing one's own e-mail address: asked for with the passphrase, confirmed by a link to the new one."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comms.accounts import services
from comms.accounts.forms import EmailForm
from comms.accounts.mails import send_email_change, send_email_changed
from comms.accounts.models import User
from comms.accounts.scope import keys_page, person_page
from comms.accounts.views.answers import limit_rate
from comms.core.errors import CommsError


@require_http_methods(["GET", "POST"])
@login_required
@person_page
@keys_page
def email(request: HttpRequest) -> HttpResponse:
    """Ask for another address. The answer is the same whether or not somebody has it."""
    person = cast(User, request.user)
    form = EmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            limit_rate(request, "change_email")
            address, token = services.request_email_change(
                person=person,
                secret=form.cleaned_data["password"],
                email=form.cleaned_data["email"],
            )
            link = f"{settings.PUBLIC_URL}{reverse('accounts:email_confirm')}#{token}"
            send_email_change(before=person.email, after=address, link=link if token else None)
        except CommsError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(
                request,
                _(
                    "If no other account has %(address)s, a link is on its way there. Open it within four "
                    "hours, in this browser."
                )
                % {"address": address},
            )
            return redirect("accounts:security")
    return render(
        request, "accounts/email.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@keys_page
def email_confirm(request: HttpRequest) -> HttpResponse:
    """The page behind the link. Only the person who asked, signed in, can use it: a mistyped address is no key."""
    if request.method == "GET" or not isinstance(request.user, User):
        return render(request, "accounts/email_confirm.html")
    try:
        limit_rate(request, "redeem_link")
        before, after = services.confirm_email_change(
            person=request.user, token=request.POST.get("token", "")
        )
    except CommsError as error:
        context = {"problem": error.message}
        return render(request, "accounts/email_confirm.html", context, status=error.status)
    send_email_changed(before=before, after=after)
    messages.success(request, _("Your address is now %(address)s.") % {"address": after})
    return redirect("accounts:security")
