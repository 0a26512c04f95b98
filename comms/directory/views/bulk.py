"""One change to many: chosen, counted, made."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError
from comms.directory import selectors
from comms.directory.forms import BulkForm, FilterForm
from comms.directory.forms.fields import add_error
from comms.directory.services.bulk import (
    BulkPreview,
    Selection,
    apply_bulk_change,
    preview_bulk_change,
    selected,
)
from comms.directory.views.stakeholders import OFFICERS

_MOST_TICKED = 1000


@require_POST
@member_view(*OFFICERS)
def change(request: MemberRequest) -> HttpResponse:
    """First what to change, then how many it would be, then the change. Each step posts the selection."""
    selection = _selection(request)
    back = reverse("directory:list", args=[request.workspace.slug])
    filters = request.POST.get("filters", "")
    count = selected(selection).count()
    if count == 0:
        messages.warning(request, _("Tick the stakeholders to change first."))
        return redirect(f"{back}?{filters}" if filters else back)
    step = request.POST.get("step", "")
    form = BulkForm(request.POST if step else None, selectors.list_audiences(request.actor))
    preview: BulkPreview | None = None
    if step and form.is_valid():
        try:
            if step == "apply":
                expected = request.POST.get("expected", "")
                done = apply_bulk_change(
                    actor=request.actor,
                    selection=selection,
                    change=form.change,
                    expected=int(expected) if expected.isdigit() else -1,
                )
                messages.success(
                    request,
                    ngettext(
                        "%(count)s stakeholder is changed.",
                        "%(count)s stakeholders are changed.",
                        done,
                    )
                    % {"count": localize(done)},
                )
                return redirect(f"{back}?{filters}" if filters else back)
            preview = preview_bulk_change(
                actor=request.actor, selection=selection, change=form.change
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
    return render(
        request,
        "directory/bulk.html",
        {
            "form": form,
            "count": count,
            "sample": sorted(each.name for each in selected(selection)[:5]),
            "preview": preview,
            "filters": filters,
            "scope": request.POST.get("scope", ""),
            "ids": ",".join(map(str, selection.ids)),
        },
        status=422 if form.errors else 200,
    )


def _selection(request: MemberRequest) -> Selection:
    if request.POST.get("scope") == "all":
        form = FilterForm(
            QueryDict(request.POST.get("filters", "")), selectors.list_facets(request.actor)
        )
        return Selection(question=form.question)
    given = request.POST.getlist("ids") or []
    ids = []
    for word in ",".join(given).split(",")[:_MOST_TICKED]:
        try:
            ids.append(uuid.UUID(word))
        except ValueError:
            continue
    return Selection(ids=tuple(dict.fromkeys(ids)))
