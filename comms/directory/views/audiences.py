"""Audiences: list, builder with a live count, members."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError
from comms.core.paging import page_of
from comms.directory import policies, selectors, services
from comms.directory.forms import AudienceForm
from comms.directory.forms.fields import add_error
from comms.directory.models import Audience, Channel
from comms.directory.selectors.filters import filter_from_json
from comms.directory.views.posted import posted
from comms.directory.views.shown import filter_words
from comms.directory.views.stakeholders import OFFICERS
from comms.directory.views.tabs import directory_tabs

_SAMPLE = 5


@require_GET
@member_view()
def index(request: MemberRequest) -> HttpResponse:
    """Every audience with its size now."""
    page = page_of(request, selectors.audiences_page(request.actor), size=25)
    sizes = selectors.audience_sizes(list(page.object_list))
    return render(
        request,
        "directory/audiences.html",
        {
            "page": page,
            "rows": [
                {
                    "audience": audience,
                    "size": sizes[audience.id],
                    "words": filter_words(audience),
                }
                for audience in page.object_list
            ],
            "tabs": directory_tabs(request, "audiences"),
            "may_list": policies.can_manage_lists(request.actor),
        },
    )


@require_GET
@member_view()
def detail(request: MemberRequest, audience_id: uuid.UUID) -> HttpResponse:
    """Who is in it now, and who of them can be written to."""
    audience = selectors.get_audience(request.actor, audience_id)
    members = selectors.members_of(request.actor, audience)
    page = page_of(request, members)
    reach = selectors.count_sendable([audience.id], channel=Channel.EMAIL)
    return render(
        request,
        "directory/audience.html",
        {
            "audience": audience,
            "words": filter_words(audience),
            "page": page,
            "reachable": reach.pop("", 0),
            "blocked": [(selectors.BLOCKED_REASONS[key], n) for key, n in sorted(reach.items())],
            "may_list": policies.can_manage_lists(request.actor),
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def new(request: MemberRequest) -> HttpResponse:
    """Build one."""
    form = AudienceForm(posted(request), selectors.list_facets(request.actor))
    if request.method == "POST" and "count" not in request.POST and form.is_valid():
        try:
            made = services.create_audience(
                actor=request.actor,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                mode=form.cleaned_data["mode"],
                filters=form.filters,
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            if made.is_picked:
                messages.success(
                    request,
                    _(
                        "The audience is made. Tick stakeholders in the directory to add them to it."
                    ),
                )
            else:
                messages.success(request, _("The audience is made; it follows the directory."))
            return redirect("directory:audience", request.workspace.slug, made.id)
    return _builder(request, form)


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def edit(request: MemberRequest, audience_id: uuid.UUID) -> HttpResponse:
    """Change one."""
    audience = selectors.get_audience(request.actor, audience_id)
    form = AudienceForm(posted(request), selectors.list_facets(request.actor), audience=audience)
    if request.method == "POST" and "count" not in request.POST and form.is_valid():
        try:
            services.update_audience(
                actor=request.actor,
                audience_id=audience_id,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                filters=form.filters,
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("directory:audience", request.workspace.slug, audience_id)
    return _builder(request, form, audience)


def _builder(
    request: MemberRequest, form: AudienceForm, audience: Audience | None = None
) -> HttpResponse:
    counting = "count" in request.POST
    if counting:
        form.is_valid()
        form.errors.clear()
    return render(
        request,
        "directory/audience_form.html",
        {
            "form": form,
            "audience": audience,
            **_counted(request, form if form.is_bound else None, audience),
        },
        status=422 if form.errors and not counting else 200,
    )


@require_GET
@member_view(*OFFICERS)
def count(request: MemberRequest) -> HttpResponse:
    """The builder's live part: how many, and five of them."""
    form = AudienceForm(request.GET, selectors.list_facets(request.actor))
    return render(request, "directory/_audience_count.html", _counted(request, form, None))


def _counted(
    request: MemberRequest, form: AudienceForm | None, audience: Audience | None
) -> dict[str, object]:
    if form is not None:
        form.is_valid()
        question = form.filters
    else:
        question = filter_from_json(audience.filters if audience else {})
    rows = selectors.matching(question)
    return {
        "matched": rows.count(),
        "sample": sorted(each.name for each in rows.order_by("id")[:_SAMPLE]),
    }


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def archive(request: MemberRequest, audience_id: uuid.UUID) -> HttpResponse:
    """Ask once, then offer it no more."""
    audience = selectors.get_audience(request.actor, audience_id)
    if request.method == "POST":
        services.archive_audience(actor=request.actor, audience_id=audience_id)
        messages.success(request, _("The audience is archived."))
        return redirect("directory:audiences", request.workspace.slug)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Archive the audience %(name)s") % {"name": audience.name},
            "consequences": [
                _("New templates and campaigns can't choose it any more."),
                _("What was written for it and sent to it stays."),
            ],
            "action": _("Archive this audience"),
            "cancel_url": reverse("directory:audience", args=[request.workspace.slug, audience_id]),
        },
    )


@require_POST
@member_view(*OFFICERS)
def remove(request: MemberRequest, audience_id: uuid.UUID) -> HttpResponse:
    """Take one stakeholder off a hand-picked list."""
    try:
        chosen = uuid.UUID(request.POST.get("stakeholder", ""))
    except ValueError:
        chosen = uuid.UUID(int=0)
    try:
        removed = services.remove_from_audience(
            actor=request.actor, audience_id=audience_id, stakeholder_ids=[chosen]
        )
    except CommsError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    else:
        if removed:
            messages.success(request, _("Taken off the list."))
        else:
            messages.warning(request, _("They were not on the list any more."))
    return redirect("directory:audience", request.workspace.slug, audience_id)
