"""Holding: one edition, or everything that this workspace sends."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comms.accounts.scope import MemberRequest, member_view
from comms.accounts.services.holds import hold_workspace, release_workspace
from comms.campaigns import selectors, services
from comms.campaigns.forms import ReasonForm, show_refusal
from comms.core.actors import Role
from comms.core.errors import CommsError

_HOLDERS = (Role.EDITOR, Role.ADMIN, Role.APPROVER, Role.DIPLOMAT)


def _ask(
    request: MemberRequest,
    act: Callable[[str], object],
    back: HttpResponse,
    said: str,
    **context: object,
) -> HttpResponse:
    """Ask once with a reason, then do it."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.warning(request, said)
            return back
    status = 422 if form.errors else 200
    return render(request, "campaigns/confirm.html", {"form": form, **context}, status=status)


def _release(
    request: MemberRequest,
    act: Callable[[], object],
    back: HttpResponse,
    said: str,
    **context: object,
) -> HttpResponse:
    if request.method == "POST":
        try:
            act()
        except CommsError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, said)
        return back
    return render(request, "campaigns/confirm.html", context)


@require_http_methods(["GET", "POST"])
@member_view(*_HOLDERS)
def hold_page(request: MemberRequest) -> HttpResponse:
    """Stop everything that goes out of the workspace."""
    return _ask(
        request,
        lambda reason: hold_workspace(actor=request.actor, reason=reason),
        redirect("campaigns:list", request.workspace.slug),
        _(
            "Everything is held. What is being handed over this second still goes out, nothing else."
        ),
        title=_("Hold everything that goes out?"),
        consequences=[
            _("Every edition of this workspace stops within two seconds."),
            _("What a mail server has taken already can't be called back."),
            _("An administrator or an approver lifts the hold."),
        ],
        action=_("Hold everything"),
        danger=True,
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN, Role.APPROVER)
def release_page(request: MemberRequest) -> HttpResponse:
    """Let the workspace send again."""
    return _release(
        request,
        lambda: release_workspace(actor=request.actor),
        redirect("campaigns:list", request.workspace.slug),
        _("The hold is lifted."),
        title=_("Lift the hold?"),
        consequences=[
            _("Held because: %(reason)s") % {"reason": request.workspace.hold_reason},
            _("Editions that are due go on at once."),
        ],
        action=_("Lift the hold"),
    )


@require_http_methods(["GET", "POST"])
@member_view(*_HOLDERS)
def hold_edition_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Stop one edition."""
    found = selectors.get_edition(request.actor, edition)
    return _ask(
        request,
        lambda reason: services.hold_edition(
            actor=request.actor, edition_id=found.id, reason=reason
        ),
        redirect("campaigns:edition", request.workspace.slug, found.id),
        _("Held. What is being handed over this second still goes out, nothing else."),
        edition=found,
        title=_("Hold “%(title)s”?") % {"title": found.title},
        consequences=[
            _("It stops within two seconds, until an administrator or an approver lifts the hold."),
            _("What a mail server has taken already can't be called back."),
        ],
        action=_("Hold the edition"),
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN, Role.APPROVER)
def release_edition_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Let one edition go on."""
    found = selectors.get_edition(request.actor, edition)
    return _release(
        request,
        lambda: services.release_edition(actor=request.actor, edition_id=found.id),
        redirect("campaigns:edition", request.workspace.slug, found.id),
        _("It goes on from where it was held."),
        edition=found,
        title=_("Lift the hold on “%(title)s”?") % {"title": found.title},
        consequences=[
            _("Held because: %(reason)s") % {"reason": found.hold_reason},
            _("It goes on from where it was; messages that are due go out at once."),
        ],
        action=_("Lift the hold"),
    )
