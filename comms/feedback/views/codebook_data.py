"""The codebook and the reply templates, in CBOR."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from comms.accounts.scope import MemberRequest
from comms.accounts.views.answers import cbor, read_list
from comms.core.tenancy import in_workspace
from comms.feedback import selectors, services, shapes
from comms.feedback.views.data import maybe_uuid_of, unreadable
from comms.threads.views.answers import member_endpoint


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def categories(request: MemberRequest) -> HttpResponse:
    """GET: the codebook. POST: [id or empty, code, name]."""
    if request.method == "POST":
        given, code, name = read_list(request, 3, limit=1024)
        if not isinstance(code, str) or not isinstance(name, str):
            raise unreadable()
        row = services.save_category(
            actor=request.actor, category_id=maybe_uuid_of(given), code=code, name=name
        )
        with in_workspace(request.workspace.id):
            counts = {one.id: cases for one, cases in selectors.list_categories(request.actor)}
        return cbor(shapes.category(row, counts.get(row.id, 0)), status=201)
    with in_workspace(request.workspace.id):
        rows = selectors.list_categories(request.actor)
    return cbor([shapes.category(row, cases) for row, cases in rows])


@require_POST
@member_endpoint(transaction=False)
def remove_category(request: MemberRequest, category_id: uuid.UUID) -> HttpResponse:
    """Take an entry out of the codebook."""
    services.remove_category(actor=request.actor, category_id=category_id)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@member_endpoint(transaction=False)
def templates(request: MemberRequest) -> HttpResponse:
    """GET: reply templates. POST: [id or empty, name, language, text]."""
    if request.method == "POST":
        given, name, language, text = read_list(request, 4, limit=64 * 1024)
        if not (isinstance(name, str) and isinstance(language, str) and isinstance(text, str)):
            raise unreadable()
        row = services.save_template(
            actor=request.actor,
            template_id=maybe_uuid_of(given),
            name=name,
            language=language,
            text=text,
        )
        return cbor(shapes.template(row), status=201)
    with in_workspace(request.workspace.id):
        return cbor([shapes.template(row) for row in selectors.list_templates(request.actor)])


@require_POST
@member_endpoint(transaction=False)
def remove_template(request: MemberRequest, template_id: uuid.UUID) -> HttpResponse:
    """Take a reply template away."""
    services.remove_template(actor=request.actor, template_id=template_id)
    return HttpResponse(status=204)
