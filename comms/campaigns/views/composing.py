"""Composing an edition in steps: what, who, when, check."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.models import User
from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import selectors, services
from comms.campaigns.forms import AudiencesForm, EditionForm, ScheduleForm, plan_of, show_refusal
from comms.campaigns.models import Edition
from comms.campaigns.selectors.reach import Reach, reach_of
from comms.campaigns.services import EditionPlan
from comms.campaigns.services.checking import check_edition
from comms.campaigns.services.senders import default_address
from comms.campaigns.views.steps import steps_of
from comms.core.actors import Role
from comms.core.errors import CommsError, NotFoundError
from comms.directory.models import Purpose
from comms.directory.selectors import BLOCKED_REASONS

_CHANGEABLE = {
    Edition.State.DRAFT,
    Edition.State.IN_REVIEW,
    Edition.State.APPROVED,
    Edition.State.SCHEDULED,
}


def _posted(request: MemberRequest, form: Form) -> bool:
    return request.method == "POST" and form.is_valid()


def _page(request: MemberRequest, edition: Edition, step: str, **context: object) -> HttpResponse:
    form = context.get("form")
    return render(
        request,
        f"campaigns/{step}.html",
        {
            "edition": edition,
            "steps": steps_of(request.workspace.slug, edition, step),
            "voids": edition.state != Edition.State.DRAFT,
            **context,
        },
        status=422 if getattr(form, "errors", None) else 200,
    )


def _changeable(request: MemberRequest, edition_id: uuid.UUID) -> Edition | HttpResponse:
    """The edition, or the way to its own page once it can't be changed any more."""
    edition = selectors.get_edition(request.actor, edition_id)
    if edition.state in _CHANGEABLE:
        return edition
    return redirect("campaigns:edition", request.workspace.slug, edition.id)


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def new_page(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """Another edition of a campaign."""
    found = selectors.get_campaign(request.actor, campaign)
    form = EditionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            edition = services.create_edition(
                actor=request.actor,
                campaign_id=found.id,
                plan=EditionPlan(audience_ids=(), **form.cleaned_data),
            )
        except CommsError as error:
            show_refusal(form, error)
        else:
            return redirect("campaigns:who", request.workspace.slug, edition.id)
    return render(
        request,
        "campaigns/what.html",
        {
            "form": form,
            "campaign": found,
            "default_address": default_address(),
            "steps": steps_of(request.workspace.slug, None, "what"),
        },
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def what_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """The title, and who it comes from."""
    found = _changeable(request, edition)
    if isinstance(found, HttpResponse):
        return found
    initial = {name: getattr(found, name) for name in EditionForm.base_fields}
    form = EditionForm(request.POST if request.method == "POST" else None, initial=initial)
    if _posted(request, form) and _saved(
        request, found, form, replace(plan_of(found), **form.cleaned_data)
    ):
        return redirect("campaigns:who", request.workspace.slug, found.id)
    return _page(
        request,
        found,
        "what",
        form=form,
        campaign=found.campaign,
        default_address=default_address(),
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def who_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """The audiences, and how many people that is."""
    found = _changeable(request, edition)
    if isinstance(found, HttpResponse):
        return found
    plan = plan_of(found)
    chosen = [str(audience_id) for audience_id in plan.audience_ids]
    form = AudiencesForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={"audiences": chosen},
    )
    if _posted(request, form) and _saved(
        request, found, form, replace(plan, audience_ids=form.audience_ids())
    ):
        return redirect("campaigns:when", request.workspace.slug, found.id)
    reach = _reach(found, plan.audience_ids)
    return _page(request, found, "who", form=form, reach=reach, reasons=BLOCKED_REASONS)


@require_GET
@member_view(Role.EDITOR, Role.ADMIN)
def count_part(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """How many people the ticked audiences are, while they are being ticked."""
    found = selectors.get_edition(request.actor, edition)
    form = AudiencesForm(request.GET, actor=request.actor)
    chosen = form.audience_ids() if form.is_valid() else []
    return render(request, "campaigns/_reach.html", {"reach": _reach(found, chosen)})


def _reach(edition: Edition, audience_ids: Collection[uuid.UUID]) -> Reach:
    return reach_of(audience_ids, purpose=Purpose(edition.campaign.template.purpose))


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def when_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Now, at one moment, or at each recipient's own time."""
    found = _changeable(request, edition)
    if isinstance(found, HttpResponse):
        return found
    own_zone = request.user.time_zone if isinstance(request.user, User) else "UTC"
    form = ScheduleForm(
        request.POST if request.method == "POST" else None, edition=found, own_zone=own_zone
    )
    if _posted(request, form):
        plan = replace(
            plan_of(found),
            schedule=form.schedule(),
            unknown_policy=form.cleaned_data["unknown_policy"],
        )
        if _saved(request, found, form, plan):
            return redirect("campaigns:check", request.workspace.slug, found.id)
    return _page(request, found, "when", form=form)


@require_GET
@member_view(Role.EDITOR, Role.ADMIN)
def check_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Everything that stands in the way, each with the way to mend it, and who would get what."""
    found = selectors.get_edition(request.actor, edition)
    if found.state != Edition.State.DRAFT:
        return redirect("campaigns:edition", request.workspace.slug, found.id)
    check = check_edition(actor=request.actor, edition=found, workspace_name=request.workspace.name)
    return _page(
        request,
        found,
        "check",
        check=check,
        template=found.campaign.template,
        suppressed=[
            (BLOCKED_REASONS.get(reason, reason), count)
            for reason, count in check.suppressed.items()
        ]
        + (
            [(_("They read none of these languages"), check.without_text)]
            * bool(check.without_text)
        ),
    )


@require_POST
@member_view(Role.EDITOR, Role.ADMIN)
def fallback(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Accept, or no longer accept, the fallback language for this edition."""
    accepted = request.POST.get("accepted") == "yes"
    try:
        services.accept_fallback(actor=request.actor, edition_id=edition, accepted=accepted)
    except NotFoundError:
        raise  # 404, as at every other address
    except CommsError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            _("The fallback language is accepted for this edition.")
            if accepted
            else _("The fallback language is not accepted any more."),
        )
    return redirect("campaigns:check", request.workspace.slug, edition)


def _saved(
    request: MemberRequest,
    edition: Edition,
    form: Form,
    plan: EditionPlan,
) -> bool:
    if edition.state == Edition.State.DRAFT and plan == plan_of(edition):
        return True
    try:
        services.update_edition(actor=request.actor, edition_id=edition.id, plan=plan)
    except CommsError as error:
        show_refusal(form, error)
        return False
    if edition.state != Edition.State.DRAFT:
        messages.warning(
            request, _("It was changed, so it is a draft again and needs a new approval.")
        )
    return True
