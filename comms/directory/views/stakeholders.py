"""The list, the profile, and the forms of stakeholders."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.core.actors import Role
from comms.core.errors import CommsError
from comms.core.paging import page_of
from comms.core.tenancy import in_workspace
from comms.directory import policies, selectors, services
from comms.directory.forms import FilterForm, StakeholderForm
from comms.directory.forms.fields import add_error
from comms.directory.forms.stakeholders import initial_of
from comms.directory.lists.reader import written
from comms.directory.services.exports import export_stakeholders
from comms.directory.views.posted import posted
from comms.directory.views.tabs import directory_tabs

WRITERS = (Role.ADMIN, Role.DIPLOMAT, Role.EDITOR)
OFFICERS = (Role.ADMIN, Role.EDITOR)


@require_GET
@member_view()
def index(request: MemberRequest) -> HttpResponse:
    """Everyone, by filter; the filter is in the address."""
    form = FilterForm(request.GET, selectors.list_facets(request.actor))
    question = form.question
    page = page_of(request, selectors.list_stakeholders(request.actor, question))
    # Of persons the database sorts the first letter only; within a page the whole name counts.
    page.object_list = sorted(page.object_list, key=lambda each: each.name.casefold())
    context = {
        "form": form,
        "page": page,
        "question": question,
        "filters": request.GET.urlencode(),
        "tabs": directory_tabs(request, "list"),
        "may_edit": policies.can_edit_stakeholders(request.actor),
        "may_list": policies.can_manage_lists(request.actor),
    }
    return render(request, "directory/list.html", context)


@require_GET
@member_view()
def detail(request: MemberRequest, stakeholder_id: uuid.UUID) -> HttpResponse:
    """Everything that is known of one stakeholder."""
    stakeholder = selectors.get_stakeholder(request.actor, stakeholder_id)
    return render(request, "directory/stakeholder.html", profile_context(request, stakeholder))


def profile_context(request: MemberRequest, stakeholder: Any) -> dict[str, Any]:
    """What the profile page shows."""
    consents = list(stakeholder.consents.all())
    return {
        "stakeholder": stakeholder,
        "points": list(stakeholder.contact_points.all()),
        "open_bases": [consent for consent in consents if consent.is_open],
        "ended_bases": [consent for consent in consents if not consent.is_open],
        "history": selectors.list_history(stakeholder),
        "may_edit": policies.can_edit_stakeholders(request.actor),
        "may_lift": policies.can_lift_suppressions(request.actor),
    }


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def new(request: MemberRequest) -> HttpResponse:
    """Add one by hand."""
    form = StakeholderForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_stakeholder(actor=request.actor, details=form.details)
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(
                request,
                _("%(name)s is in the directory. Now say how to reach them and on what basis.")
                % {"name": made.name},
            )
            return redirect("directory:stakeholder", request.workspace.slug, made.id)
    return render(
        request, "directory/form.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def edit(request: MemberRequest, stakeholder_id: uuid.UUID) -> HttpResponse:
    """Change one."""
    stakeholder = selectors.get_stakeholder(request.actor, stakeholder_id)
    form = StakeholderForm(posted(request), initial=initial_of(stakeholder))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_stakeholder(
                actor=request.actor, stakeholder_id=stakeholder_id, details=form.details
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("directory:stakeholder", request.workspace.slug, stakeholder_id)
    return render(
        request,
        "directory/form.html",
        {"form": form, "stakeholder": stakeholder},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def archive(request: MemberRequest, stakeholder_id: uuid.UUID) -> HttpResponse:
    """Ask once, then take out of lists and audiences."""
    stakeholder = selectors.get_stakeholder(request.actor, stakeholder_id)
    back = reverse("directory:stakeholder", args=[request.workspace.slug, stakeholder_id])
    if request.method == "POST":
        services.archive_stakeholder(actor=request.actor, stakeholder_id=stakeholder_id)
        messages.success(request, _("%(name)s is in the archive.") % {"name": stakeholder.name})
        return redirect(back)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Archive %(name)s") % {"name": stakeholder.name},
            "consequences": [
                _(
                    "They leave every list and audience, and get nothing more, queued messages included."
                ),
                _("Their history stays, and they can be brought back."),
            ],
            "action": _("Move to the archive"),
            "cancel_url": back,
        },
    )


@require_POST
@member_view(*WRITERS)
def restore(request: MemberRequest, stakeholder_id: uuid.UUID) -> HttpResponse:
    """Bring back from the archive."""
    services.restore_stakeholder(actor=request.actor, stakeholder_id=stakeholder_id)
    messages.success(request, _("Back in the directory."))
    return redirect("directory:stakeholder", request.workspace.slug, stakeholder_id)


@require_GET
@member_view(*OFFICERS, transaction=False)
def export(request: MemberRequest) -> HttpResponseBase:
    """What the filter shows, as a file for a spreadsheet."""
    with in_workspace(request.workspace.id):
        question = FilterForm(request.GET, selectors.list_facets(request.actor)).question
    rows = export_stakeholders(actor=request.actor, question=question)
    response = StreamingHttpResponse(written(rows), content_type="text/csv; charset=utf-8")
    name = f"directory-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
