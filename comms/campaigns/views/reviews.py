"""Four eyes: submitting, reading exactly what will go out, approving or sending back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import policies, selectors, services
from comms.campaigns.forms import ApprovalForm, ReasonForm, show_refusal
from comms.campaigns.models import Edition
from comms.campaigns.selectors.frozen import frozen_of
from comms.campaigns.services.checking import check_edition
from comms.campaigns.views.steps import steps_of
from comms.campaigns.views.words import what_will_happen, when_words
from comms.core.actors import Role
from comms.core.errors import CommsError, ForbiddenError

_S = Edition.State


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def submit_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Ask once, then freeze everything and hand it to a second person."""
    found = selectors.get_edition(request.actor, edition)
    if found.state != _S.DRAFT:
        return redirect("campaigns:edition", request.workspace.slug, found.id)
    if request.method == "POST":
        try:
            made = services.submit_for_review(actor=request.actor, edition_id=found.id)
        except CommsError as error:
            messages.error(request, error.message)
            return redirect("campaigns:check", request.workspace.slug, found.id)
        messages.success(
            request,
            ngettext(
                "Submitted: %(count)s recipient is waiting for a second person's approval.",
                "Submitted: %(count)s recipients are waiting for a second person's approval.",
                made.sendable,
            )
            % {"count": localize(made.sendable)},
        )
        return redirect("campaigns:edition", request.workspace.slug, found.id)
    check = check_edition(actor=request.actor, edition=found, workspace_name=request.workspace.name)
    if check.blockers:
        return redirect("campaigns:check", request.workspace.slug, found.id)
    people = ngettext("%(count)s recipient", "%(count)s recipients", check.sendable)
    return render(
        request,
        "campaigns/confirm.html",
        {
            "edition": found,
            "title": _("Submit “%(title)s” for approval?") % {"title": found.title},
            "consequences": [
                _("The texts, the list of %(people)s and the schedule are frozen as they are now.")
                % {"people": people % {"count": localize(check.sendable)}},
                _("A second person reads them and approves, or sends them back to you."),
                _("If anything is changed afterwards, the approval is void."),
            ],
            "action": _("Submit for approval"),
        },
    )


@require_http_methods(["GET", "POST"])
@member_view()
def review_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Exactly what will go to whom; an approver decides here."""
    found = selectors.get_edition(request.actor, edition)
    if request.method == "POST" and not policies.can_approve(request.actor):
        raise ForbiddenError(_("Your roles do not include approving editions."))
    if found.state != _S.IN_REVIEW:
        return redirect("campaigns:edition", request.workspace.slug, found.id)
    may_approve = policies.can_approve_edition(request.actor, found)
    form = ApprovalForm(
        request.POST if request.method == "POST" else None,
        initial={"expected": bytes(found.frozen_hash or b"").hex()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.approve_edition(
                actor=request.actor,
                edition_id=found.id,
                expected_hash=form.cleaned_data["expected"],
                note=form.cleaned_data["note"],
            )
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Approved. An editor can now release it."))
            return redirect("campaigns:edition", request.workspace.slug, found.id)
    frozen = frozen_of(request.actor, found)
    return render(
        request,
        "campaigns/review.html",
        {
            "edition": found,
            "frozen": frozen,
            "sentence": what_will_happen(found, frozen),
            "when_words": when_words(found),
            "form": form,
            "may_approve": may_approve,
            "is_approver": policies.can_approve(request.actor),
            "may_write": policies.can_write(request.actor),
            "steps": steps_of(request.workspace.slug, found, "review"),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.APPROVER)
def reject_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Send it back to its authors with the reason."""
    found = selectors.get_edition(request.actor, edition)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.reject_edition(
                actor=request.actor, edition_id=found.id, note=form.cleaned_data["reason"]
            )
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Sent back. Its authors see why."))
            return redirect("campaigns:edition", request.workspace.slug, found.id)
    return render(
        request,
        "campaigns/confirm.html",
        {
            "edition": found,
            "title": _("Send “%(title)s” back?") % {"title": found.title},
            "consequences": [
                _("It becomes a draft again; nothing goes out."),
                _("Its authors read what you write here."),
            ],
            "action": _("Send it back"),
            "form": form,
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def reopen_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Take an edition back for changes."""
    found = selectors.get_edition(request.actor, edition)
    if request.method == "POST":
        try:
            services.reopen_edition(actor=request.actor, edition_id=found.id)
        except CommsError as error:
            messages.error(request, error.message)
        else:
            return redirect("campaigns:check", request.workspace.slug, found.id)
        return redirect("campaigns:edition", request.workspace.slug, found.id)
    return render(
        request,
        "campaigns/confirm.html",
        {
            "edition": found,
            "title": _("Take “%(title)s” back to change it?") % {"title": found.title},
            "consequences": [
                _("It becomes a draft again, and nothing goes out until it is submitted anew."),
                _("An approval that it has is void."),
            ],
            "action": _("Take it back"),
        },
    )
