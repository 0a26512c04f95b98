"""The team's inbox: cases by urgency and deadline, and what can be done with them from the list."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from comms.accounts import selectors as accounts
from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError
from comms.feedback import policies
from comms.feedback.forms.inbox import BulkForm, InboxFilterForm
from comms.feedback.models import WAITING, Case, CaseState
from comms.feedback.policies import LOOKERS, WORKERS
from comms.feedback.selectors.cases import list_colleagues
from comms.feedback.selectors.inbox import (
    count_by_state,
    list_offered_categories,
    list_titles,
    page_of_inbox,
)
from comms.feedback.services import cases as services
from comms.feedback.templatetags.feedback import is_late
from comms.feedback.views.tabs import feedback_tabs
from comms.feedback.words import WORDS

_MOST_TICKED = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the inbox."""

    case: Case
    title: str
    reference: str
    url: str
    language: str
    received_on: dt.date
    category: str
    owner: str
    is_over: bool
    is_late: bool
    is_erased: bool
    waits_for_us: bool


@dataclass(frozen=True, slots=True)
class StateTab:
    """One state with how many cases are in it; an empty value stands for all that are not closed."""

    value: str
    label: str
    count: int
    is_current: bool


def reference_of(case_id: uuid.UUID) -> str:
    """What the team calls a case among itself: eight letters of its id, which is drawn at random."""
    return case_id.hex[:8].upper()


@require_GET
@member_view(*LOOKERS)
def inbox(request: MemberRequest) -> HttpResponse:
    """A page of cases; filters and place are in the address."""
    actor, slug = request.actor, request.workspace.slug
    people = list_colleagues(request.actor)
    categories = [(one.id, one.name) for one in list_offered_categories(actor)]
    form = InboxFilterForm(
        request.GET,
        me=actor.user_id,
        forms_named=list_titles(actor),
        people=people,
        categories=categories,
    )
    question = form.question
    page = page_of_inbox(actor, question, request.GET.get("cursor", ""))
    counts = count_by_state(actor, question)
    names = accounts.names_of(case.owner_id for case in page.cases)
    context = {
        "form": form,
        "filters": request.GET.urlencode(),
        "rows": [_row(case, slug, names) for case in page.cases],
        "newer": page.newer,
        "older": page.older,
        "counts": _state_tabs(counts, question.state),
        "new_count": counts[CaseState.NEW],
        "tabs": feedback_tabs(request, "inbox"),
        "bulk": BulkForm(None, me=actor.user_id, people=people, categories=categories),
        "may_work": policies.can_work(actor),
        "may_build": policies.can_build(actor),
        "forms_url": reverse("feedback:forms", args=[slug]),
        "is_narrowed": question.is_narrowed,
        "is_new": not question.is_narrowed and not sum(counts.values()),
        "live_path": f"/ws/w/{slug}/feedback/",
    }
    return render(request, "feedback/inbox.html", context)


def _row(case: Case, slug: str, names: dict[uuid.UUID, str]) -> Row:
    is_over = case.state not in WAITING
    return Row(
        case=case,
        title=case.form.title,
        reference=reference_of(case.pk),
        url=reverse("feedback:case", args=[slug, case.pk]),
        language=case.submission.language,
        received_on=case.received_on,
        category=case.category.name if case.category else "",
        owner=names.get(case.owner_id, "") if case.owner_id else "",
        is_over=is_over,
        is_late=not is_over and is_late(case.due_at),
        is_erased=case.submission.erased_on is not None,
        waits_for_us=case.unread > 0,
    )


def _state_tabs(counts: dict[CaseState, int], chosen: CaseState | None) -> list[StateTab]:
    still = sum(counts.values()) - counts[CaseState.CLOSED]
    tabs = [StateTab("", _("All open"), still, chosen is None)]
    tabs += [
        StateTab(WORDS[state], str(state.label), counts[state], chosen == state)
        for state in CaseState
    ]
    return tabs


@require_POST
@member_view(*WORKERS)
def bulk(request: MemberRequest) -> HttpResponse:
    """Take one case at once, or do the same to all that are ticked."""
    actor = request.actor
    if request.POST.get("claim"):
        _claim_one(request, request.POST["claim"])
        return _back(request)
    ids = _ticked(request)
    if not ids:
        messages.warning(request, _("Tick the cases first."))
        return _back(request)
    form = BulkForm(
        request.POST,
        me=actor.user_id,
        people=list_colleagues(request.actor),
        categories=[(one.id, one.name) for one in list_offered_categories(actor)],
    )
    act = form.cleaned_data.get("act", "") if form.is_valid() else ""
    if not act:
        messages.warning(request, _("Choose what to do with the ticked cases."))
        return _back(request)
    done, refused = 0, []
    change = _change(request, act)
    for case_id in ids:
        try:
            change(case_id)
            done += 1
        except CommsError as error:
            refused.append(error.message)
    if done:
        said = ngettext("%(count)s case is changed.", "%(count)s cases are changed.", done)
        messages.success(request, said % {"count": localize(done)})
    for sentence in dict.fromkeys(refused):
        messages.warning(request, sentence)
    return _back(request)


def _claim_one(request: MemberRequest, given: str) -> None:
    try:
        case_id = uuid.UUID(given)
        services.claim_case(actor=request.actor, case_id=case_id)
    except ValueError:
        messages.warning(request, _("Tick the cases first."))
    except CommsError as error:
        messages.warning(request, error.message)
    else:
        name = reference_of(case_id)
        messages.success(request, _("Case %(name)s is yours now.") % {"name": name})


def _change(request: MemberRequest, act: str) -> Callable[[uuid.UUID], None]:
    """What the choice of the form does with one case."""
    kind, _sep, value = act.partition(":")
    actor = request.actor

    def change(case_id: uuid.UUID) -> None:
        if kind == "claim":
            services.claim_case(actor=actor, case_id=case_id)
        elif kind == "owner":
            services.assign_case(actor=actor, case_id=case_id, user_id=uuid.UUID(value))
        elif kind == "category":
            services.set_category(actor=actor, case_id=case_id, category_id=uuid.UUID(value))
        else:
            services.set_urgency(actor=actor, case_id=case_id, urgency=int(value))

    return change


def _ticked(request: MemberRequest) -> list[uuid.UUID]:
    found = []
    for word in request.POST.getlist("ids")[:_MOST_TICKED]:
        try:
            found.append(uuid.UUID(word))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _back(request: MemberRequest) -> HttpResponse:
    """To the inbox as it was: the same filters, the same page."""
    address = reverse("feedback:inbox", args=[request.workspace.slug])
    filters = request.POST.get("filters", "")
    return redirect(f"{address}?{filters}" if filters else address)
