"""The work on one case: taken, sorted, linked to a stakeholder, closed. Each works without a script."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.accounts.views.answers import problem
from comms.core.errors import CommsError, ConflictError
from comms.core.zones import zone_name
from comms.directory import selectors as directory
from comms.directory.selectors import StakeholderFilter
from comms.feedback.forms.work import WorkForm, values_of
from comms.feedback.models import WAITING, Case, CaseState
from comms.feedback.policies import LOOKERS, WORKERS
from comms.feedback.selectors.cases import get_case, list_colleagues
from comms.feedback.selectors.dialogue import has_reply
from comms.feedback.selectors.inbox import list_offered_categories
from comms.feedback.services import cases as services
from comms.feedback.templatetags.feedback import due_words, is_late, look_of
from comms.feedback.views.history import history_of
from comms.feedback.views.inbox import reference_of
from comms.feedback.words import Urgency

_FOUND_AT_MOST = 20


def work_form(request: MemberRequest, case: Case, data: Any = None) -> WorkForm:
    """The form of a case's work."""
    categories = [(one.id, one.name) for one in list_offered_categories(request.actor)]
    return WorkForm(data, case=case, people=list_colleagues(request.actor), categories=categories)


@require_POST
@member_view(*WORKERS)
def work(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Save what was chosen: back to the page, or as JSON for its script."""
    case = get_case(request.actor, case_id)
    form = work_form(request, case, request.POST)
    is_script = "json" in request.headers.get("Accept", "")
    try:
        if form.is_valid():
            _save(request, case, form)
    except CommsError as error:
        if is_script:
            return problem(error)
        messages.error(request, error.message)
        return redirect("feedback:case", request.workspace.slug, case_id)
    if form.errors:
        sentence = " ".join(str(line) for lines in form.errors.values() for line in lines)
        if is_script:
            return JsonResponse({"title": sentence, "status": 422}, status=422)
        messages.error(request, sentence)
    elif is_script:
        return JsonResponse(_work_json(request, case_id, said=_("Saved.")))
    else:
        messages.success(request, _("Saved."))
    return redirect("feedback:case", request.workspace.slug, case_id)


def _save(request: MemberRequest, case: Case, form: WorkForm) -> None:
    actor, given, changed = request.actor, form.cleaned_data, form.changed_data
    if "urgency" in changed:
        services.set_urgency(actor=actor, case_id=case.pk, urgency=given["urgency"])
    if "category" in changed:
        services.set_category(actor=actor, case_id=case.pk, category_id=form.category_id)
    if "owner" in changed:
        services.assign_case(actor=actor, case_id=case.pk, user_id=form.owner_id)
    if "due_on" in changed:
        services.set_due(actor=actor, case_id=case.pk, due_at=form.due_at)
    if "state" in changed:
        services.set_state(actor=actor, case_id=case.pk, state=form.chosen_state)


@require_GET
@member_view(*LOOKERS)
def panel(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """The work as it is now, for the page's script."""
    return JsonResponse(_work_json(request, case_id))


def _work_json(request: MemberRequest, case_id: uuid.UUID, said: str = "") -> dict[str, Any]:
    case = get_case(request.actor, case_id)
    look = look_of(case.state)
    is_over = case.state not in WAITING
    return {
        "said": said,
        "badges": [
            {
                "kind": "state",
                "tone": look.tone,
                "icon": look.icon,
                "level": 0,
                "label": look.label,
            },
            {
                "kind": "urgency",
                "tone": "",
                "icon": "",
                "level": case.urgency,
                "label": str(Urgency(case.urgency).label),
            },
        ],
        "fields": values_of(case),
        "due": _due(case, is_over=is_over),
        "dueShown": _moment(case.due_at) if case.due_at else "",
        "isLate": not is_over and is_late(case.due_at),
        "history": [
            {
                "at": act.at.isoformat(),
                "shown": _moment(act.at),
                "who": act.who,
                "what": act.sentence,
            }
            for act in history_of(case)
        ],
    }


def _due(case: Case, *, is_over: bool) -> str:
    if case.due_at is None:
        return _("No date")
    return "" if is_over else due_words(case.due_at)


def _moment(at: dt.datetime) -> str:
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATETIME_FORMAT')} {zone_name(local)}"


@require_POST
@member_view(*WORKERS)
def claim(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Take it."""
    try:
        services.claim_case(actor=request.actor, case_id=case_id)
    except ConflictError as error:
        messages.warning(request, error.message)
    else:
        messages.success(
            request, _("Case %(name)s is yours now.") % {"name": reference_of(case_id)}
        )
    return redirect("feedback:case", request.workspace.slug, case_id)


@require_http_methods(["GET", "POST"])
@member_view(*WORKERS)
def close(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Close it; asks once, and says what it means where nobody has replied."""
    case = get_case(request.actor, case_id)
    back = reverse("feedback:case", args=[request.workspace.slug, case_id])
    if request.method == "POST":
        services.set_state(actor=request.actor, case_id=case_id, state=CaseState.CLOSED)
        messages.success(request, _("Case %(name)s is closed.") % {"name": reference_of(case.pk)})
        return redirect("feedback:inbox", request.workspace.slug)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Close case %(name)s") % {"name": reference_of(case.pk)},
            "consequences": _consequences(case),
            "action": _("Close the case"),
            "cancel_url": back,
        },
    )


@require_POST
@member_view(*WORKERS)
def reopen(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Work on it again."""
    services.set_state(actor=request.actor, case_id=case_id, state=CaseState.PROGRESS)
    messages.success(request, _("The case is open again."))
    return redirect("feedback:case", request.workspace.slug, case_id)


@require_http_methods(["GET", "POST"])
@member_view(*WORKERS)
def link(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Search the directory, and say who it came from."""
    case = get_case(request.actor, case_id)
    if request.method == "POST":
        return _linked(request, case, request.POST.get("stakeholder", ""))
    text = request.GET.get("q", "").strip()
    found = []
    if text:
        question = StakeholderFilter(text=text)
        found = list(directory.list_stakeholders(request.actor, question)[:_FOUND_AT_MOST])
    return render(
        request,
        "feedback/link.html",
        {"case": case, "reference": reference_of(case.pk), "text": text, "found": found},
    )


@require_POST
@member_view(*WORKERS)
def unlink(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """Take the link away."""
    services.link_stakeholder(actor=request.actor, case_id=case_id, stakeholder_id=None)
    messages.success(request, _("The case is linked to nobody."))
    return redirect("feedback:case", request.workspace.slug, case_id)


def _linked(request: MemberRequest, case: Case, given: str) -> HttpResponse:
    try:
        services.link_stakeholder(
            actor=request.actor, case_id=case.pk, stakeholder_id=uuid.UUID(given)
        )
    except (ValueError, CommsError):
        messages.error(request, _("Choose somebody of the list."))
        return redirect("feedback:link", request.workspace.slug, case.pk)
    messages.success(request, _("The case is linked."))
    return redirect("feedback:case", request.workspace.slug, case.pk)


def _consequences(case: Case) -> list[str]:
    said = []
    if not has_reply(case) and not case.submission.erased_on:
        said.append(
            _(
                "Nobody has replied: the person who comes back with their code finds nothing from you."
            )
        )
    said.append(
        _(
            "It leaves the list of open cases. It can be opened again, and the person can still write."
        )
    )
    return said
