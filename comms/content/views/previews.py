"""What a named recipient would get: the page, and the mail itself as a document of its own."""

from __future__ import annotations

import uuid

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.content import selectors
from comms.content.models import Template
from comms.content.rendering import FrozenVariant, Recipient, compile_variant
from comms.content.selectors import Cell
from comms.core.actors import Role
from comms.core.errors import CommsError, NotFoundError
from comms.directory.facts.languages import direction_of

# The mail's own styles are inline; nothing else of it may load, run, submit or open.
_MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


def _as(request: MemberRequest) -> uuid.UUID | None:
    given = request.GET.get("as") or request.POST.get("as")
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        raise NotFoundError(_("There is no such recipient.")) from None


def _cell(
    request: MemberRequest, template: uuid.UUID, column: str, language: str
) -> tuple[Template, Cell]:
    found = selectors.get_template(request.actor, template)
    return found, selectors.cell_of(found, column, language)


def _said(request: MemberRequest, message: str) -> HttpResponse:
    return render(request, "content/preview_said.html", {"message": message})


@require_GET
@member_view()
def preview_page(
    request: MemberRequest, template: uuid.UUID, column: str, language: str
) -> HttpResponse:
    """A saved text as one recipient: subject, HTML in a frame, and plain text."""
    found, cell = _cell(request, template, column, language)
    if cell.variant is None:
        raise NotFoundError(_("This text is not written yet."))
    # Once for the list and for whom it is shown as: the first of the list until somebody is chosen.
    sample = selectors.list_sample(cell)
    shown_as = _as(request) or (sample[0][0] if sample else None)
    recipient = selectors.get_sample_recipient(cell, shown_as)
    rendered, problem = None, ""
    try:
        frozen = selectors.frozen_variant(cell.variant, workspace_name=request.workspace.name)
        rendered = compile_variant(frozen).render(recipient)
    except CommsError as error:
        problem = error.message
    return render(
        request,
        "content/preview.html",
        {
            "template": found,
            "cell": cell,
            "recipient": recipient,
            "as": shown_as,
            "sample": sample,
            "rendered": rendered,
            "problem": problem,
        },
    )


@require_GET
@csp(_MAIL_POLICY)
@member_view()
def mail_document(
    request: MemberRequest, template: uuid.UUID, column: str, language: str
) -> HttpResponse:
    """The HTML of a saved text, for a frame."""
    _found, cell = _cell(request, template, column, language)
    if cell.variant is None:
        raise NotFoundError(_("This text is not written yet."))
    frozen = selectors.frozen_variant(cell.variant, workspace_name=request.workspace.name)
    return _render(
        request, frozen, selectors.get_sample_recipient(cell, _as(request)), as_text=False
    )


@require_POST
@csp(_MAIL_POLICY)
@member_view(Role.EDITOR, Role.ADMIN)
def draft_document(
    request: MemberRequest, template: uuid.UUID, column: str, language: str
) -> HttpResponse:
    """What is being written, before it is saved, as HTML or as plain text (`part=text`), for a frame."""
    _found, cell = _cell(request, template, column, language)
    frozen = FrozenVariant(
        subject=request.POST.get("subject", ""),
        body=request.POST.get("body", ""),
        language=cell.language,
        direction=direction_of(cell.language),
        workspace_name=request.workspace.name,
    )
    recipient = selectors.get_sample_recipient(cell, _as(request))
    return _render(request, frozen, recipient, as_text=request.POST.get("part") == "text")


def _render(
    request: MemberRequest, frozen: FrozenVariant, recipient: Recipient, *, as_text: bool
) -> HttpResponse:
    try:
        rendered = compile_variant(frozen).render(recipient)
    except CommsError as error:
        return _said(request, error.message)
    if as_text:
        return HttpResponse(rendered.text, content_type="text/plain; charset=utf-8")
    return HttpResponse(rendered.html)
