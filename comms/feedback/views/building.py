"""The team's pages of forms: the list, and the frame in which one is built. Drafts and keys are the script's."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, keys_page, member_view
from comms.feedback import policies, selectors
from comms.feedback.views.tabs import feedback_tabs

_LANGUAGES = ("en", "fr", "ar", "es", "pt", "ru", "uk", "sw", "fa", "so", "ti", "am")
"""Offered by name; any other can be added in the builder by its code."""


@require_GET
@keys_page
@member_view(*policies.LOOKERS)
def list_page(request: MemberRequest) -> HttpResponse:
    """The workspace's forms, the newest change first; with `archived` those that were put away."""
    archived = request.GET.get("archived") == "1"
    context = {
        "rows": selectors.list_forms(request.actor, archived=archived),
        "archived": archived,
        "may_build": policies.can_build(request.actor),
        "languages": _LANGUAGES,
        "may_read": _may_read(request),
        "tabs": feedback_tabs(request, "forms"),
    }
    return render(request, "feedback/forms.html", context)


@require_GET
@keys_page
@member_view(*policies.WORKERS)
def form_page(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """The builder of one form; 404 for whoever may not see it."""
    row = selectors.get_form_row(request.actor, form_id)
    context = {
        "row": row,
        "versions": selectors.list_versions(request.actor, form_id),
        # Each in its own language: a preview speaks the language of the form, not that of the page.
        "spoken": [code for code, _name in settings.LANGUAGES],
        "languages": _LANGUAGES,
        "tabs": feedback_tabs(request, "forms"),
    }
    return render(request, "feedback/form.html", context)


@require_GET
@keys_page
@member_view(*policies.WORKERS)
def share_page(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """The link and the card of a form, and who reads its sealed answers. The script checks the keys first."""
    row = selectors.get_form_row(request.actor, form_id)
    context = {
        "row": row,
        "address": request.build_absolute_uri(
            reverse("forms:opening", args=[row.form.address]).removesuffix("opening")
        ),
        "may_read": _may_read(request),
        # The card speaks to whoever answers, not to whoever prints it.
        "spoken": [code for code, _name in settings.LANGUAGES],
        "tabs": feedback_tabs(request, "forms"),
    }
    return render(request, "feedback/share.html", context)


def _may_read(request: MemberRequest) -> str:
    """Who can be made a reader: whoever may see cases at all. Their ids, apart by spaces."""
    people = selectors.list_colleagues(request.actor, policies.LOOKERS)
    return " ".join(str(user) for user, _name in people)
