"""Campaigns and editions: the lists, the calendar, making and naming a campaign."""

from __future__ import annotations

import calendar
import datetime
import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import policies, selectors, services
from comms.campaigns.forms import CampaignForm, show_refusal
from comms.campaigns.models import Edition
from comms.campaigns.services import EditionPlan
from comms.content.selectors import list_templates
from comms.core.actors import Role
from comms.core.errors import CommsError
from comms.core.paging import page_of
from comms.core.tenancy import in_workspace

_S = Edition.State
# What a reader looks for, not every state by itself.
_GROUPS: dict[str, tuple[str, ...]] = {
    "open": (_S.DRAFT, _S.IN_REVIEW, _S.APPROVED),
    "going": (_S.SCHEDULED, _S.SENDING, _S.PAUSED, _S.HELD),
    "ended": (_S.COMPLETED, _S.CANCELLED),
}


@require_GET
@member_view()
def list_page(request: MemberRequest) -> HttpResponse:
    """Every edition, the newest first, narrowed by what is happening with it and by words."""
    group = request.GET.get("show", "")
    search = request.GET.get("q", "").strip()[:100]
    found = selectors.list_editions(request.actor, states=_GROUPS.get(group, ()), search=search)
    waiting = []
    if policies.can_approve(request.actor):
        waiting = list(selectors.list_waiting_for_approval(request.actor)[:20])
    return render(
        request,
        "campaigns/list.html",
        {
            "page": page_of(request, found, size=25),
            "waiting": waiting,
            "show": group if group in _GROUPS else "",
            "q": search,
            "may_write": policies.can_write(request.actor),
            "may_hold": policies.can_hold(request.actor),
            "may_release": policies.can_release(request.actor),
            "tab": "editions",
        },
    )


@require_GET
@member_view()
def campaigns_page(request: MemberRequest) -> HttpResponse:
    """Every campaign with how many editions it has."""
    return render(
        request,
        "campaigns/campaigns.html",
        {
            "page": page_of(request, selectors.list_campaigns(request.actor), size=25),
            "may_write": policies.can_write(request.actor),
            "tab": "campaigns",
        },
    )


@require_GET
@member_view()
def calendar_page(request: MemberRequest) -> HttpResponse:
    """One month of editions by the day they start, in the reader's zone."""
    first = _month(request.GET.get("month", ""))
    # Django counts from Sunday, the calendar module from Monday.
    starts_on = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
    weeks = calendar.Calendar(starts_on).monthdatescalendar(first.year, first.month)
    zone = timezone.get_current_timezone()
    start = datetime.datetime.combine(weeks[0][0], datetime.time(), zone)
    end = datetime.datetime.combine(weeks[-1][-1], datetime.time(), zone)
    end += datetime.timedelta(days=1)
    by_day: dict[datetime.date, list[Edition]] = {}
    for edition in selectors.list_editions_between(request.actor, start, end)[:500]:
        if edition.starts_at is not None and not edition.waits_for_release:
            by_day.setdefault(timezone.localdate(edition.starts_at), []).append(edition)
    return render(
        request,
        "campaigns/calendar.html",
        {
            "first": first,
            "weeks": [[(day, by_day.get(day, [])) for day in week] for week in weeks],
            "is_free": not any(
                (day.year, day.month) == (first.year, first.month) for day in by_day
            ),
            "today": timezone.localdate(),
            "previous": first - datetime.timedelta(days=1),
            "next": (first + datetime.timedelta(days=32)).replace(day=1),
            "tab": "calendar",
        },
    )


def _month(text: str) -> datetime.date:
    """The first day of the month written YYYY-MM; of this month when it isn't one."""
    try:
        found = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        found = timezone.localdate()
    return min(max(found, datetime.date(2000, 1, 1)), datetime.date(2200, 1, 1)).replace(day=1)


@require_GET
@member_view()
def campaign_page(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """One campaign and its editions."""
    found = selectors.get_campaign(request.actor, campaign)
    editions = selectors.list_editions(request.actor, campaign_id=found.id)
    return render(
        request,
        "campaigns/campaign.html",
        {
            "campaign": found,
            "page": page_of(request, editions, size=25),
            "may_write": policies.can_write(request.actor),
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def new_page(request: MemberRequest) -> HttpResponse:
    """A new campaign with its first edition; then on to the audiences."""
    form = CampaignForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with in_workspace(request.workspace.id):
                campaign = services.create_campaign(
                    actor=request.actor,
                    name=data["name"],
                    template_id=uuid.UUID(data["template"]),
                    objective=data["objective"],
                )
                edition = services.create_edition(
                    actor=request.actor,
                    campaign_id=campaign.id,
                    plan=EditionPlan(title=data["name"], audience_ids=()),
                )
        except CommsError as error:
            show_refusal(form, error)
        else:
            return redirect("campaigns:what", request.workspace.slug, edition.id)
    return render(
        request,
        "campaigns/new.html",
        {"form": form, "has_templates": list_templates(request.actor).exists()},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def edit_page(request: MemberRequest, campaign: uuid.UUID) -> HttpResponse:
    """Rename a campaign or word its objective anew."""
    found = selectors.get_campaign(request.actor, campaign)
    form = CampaignForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={"name": found.name, "objective": found.objective},
    )
    del form.fields["template"]
    if request.method == "POST" and form.is_valid():
        try:
            services.update_campaign(
                actor=request.actor,
                campaign_id=found.id,
                name=form.cleaned_data["name"],
                objective=form.cleaned_data["objective"],
            )
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("campaigns:campaign", request.workspace.slug, found.id)
    return render(
        request,
        "campaigns/campaign_form.html",
        {"form": form, "campaign": found},
        status=422 if form.errors else 200,
    )
