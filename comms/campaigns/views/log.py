"""What became of each recipient's message."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import selectors
from comms.campaigns.forms import LogFilterForm
from comms.campaigns.selectors.frozen import reason_words
from comms.core.paging import page_of
from comms.directory.facts.languages import language_name


@require_GET
@member_view()
def log_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Every recipient with state, language, time and the server's last word; filters in the address."""
    found = selectors.get_edition(request.actor, edition)
    reader = get_language() or "en"
    languages = [(tag, language_name(tag, reader)) for tag in selectors.languages_of(found)]
    reasons = [(reason, str(reason_words(reason))) for reason in selectors.reasons_of(found)]
    form = LogFilterForm(request.GET, languages=languages, reasons=reasons)
    form.is_valid()
    wanted = form.cleaned_data
    rows = selectors.list_deliveries(
        found,
        recipient=wanted.get("q", ""),
        states=[wanted["state"]] if wanted.get("state") else (),
        language=wanted.get("language", ""),
        reason=wanted.get("reason", ""),
    )
    page = page_of(request, rows)
    return render(
        request,
        "campaigns/log.html",
        {
            "edition": found,
            "form": form,
            "page": page,
            "rows": [
                (row, reason_words(row.delivery.reason))
                for row in selectors.with_recipients(list(page.object_list))
            ],
            "is_filtered": any(wanted.values()),
        },
    )
