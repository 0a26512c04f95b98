"""What the analysis reads: submissions by the page, and counts of open answers."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest
from comms.accounts.views.answers import cbor
from comms.core.tenancy import in_workspace
from comms.feedback import selectors, shapes
from comms.threads.views.answers import member_endpoint


@require_GET
@member_endpoint(transaction=False)
def submissions(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """At most 500 submissions and 8 MiB; what is sealed for readers of the form alone."""
    with in_workspace(request.workspace.id):
        page = selectors.list_submissions(
            request.actor, form_id, cursor=request.GET.get("cursor", "")
        )
        return cbor([[shapes.submission(row) for row in page.rows], page.next])


@require_GET
@member_endpoint(transaction=False)
def counts(request: MemberRequest, form_id: uuid.UUID) -> HttpResponse:
    """[[value, by, count], …]."""
    with in_workspace(request.workspace.id):
        question = selectors.counting_of(request.GET, request.GET.getlist("where"))
        rows = selectors.count_answers(request.actor, form_id, question)
    return cbor([[one.value, one.by, one.count] for one in rows])
