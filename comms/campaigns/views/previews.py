"""A frozen text as one of its recipients gets it."""

from __future__ import annotations

import uuid

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import selectors
from comms.campaigns.models import Edition, EditionVariant
from comms.campaigns.selectors.frozen import get_frozen_text, list_readers
from comms.campaigns.services.readiness import compile_frozen
from comms.content.rendering import Recipient
from comms.content.selectors import as_recipient
from comms.content.selectors.recipients import PREVIEW_LINK, example
from comms.core.errors import CommsError, NotFoundError
from comms.directory.selectors import load_recipients

# The mail's own styles are inline; nothing else of it may load, run, submit or open.
_MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


def _reader(
    request: MemberRequest, edition: Edition, variant: EditionVariant
) -> tuple[Recipient, str, list[tuple[str, str]]]:
    """Whom to show it as, their delivery, and the others to choose from."""
    readers = list_readers(edition, variant)
    people = load_recipients([point for _delivery, point in readers])
    known = [(str(delivery), people[point]) for delivery, point in readers if point in people]
    choice = sorted(((key, person.name) for key, person in known), key=lambda pair: pair[1])
    wanted = request.GET.get("as", "")
    for key, person in known:
        if key == wanted or not wanted:
            return as_recipient(person, unsubscribe_link=PREVIEW_LINK), key, choice
    if wanted:
        raise NotFoundError(_("This person does not get this text."))
    return example(), "", choice


@require_GET
@member_view()
def preview_page(request: MemberRequest, edition: uuid.UUID, variant: uuid.UUID) -> HttpResponse:
    """Subject, mail and plain text of a frozen text."""
    found = selectors.get_edition(request.actor, edition)
    text = get_frozen_text(request.actor, found, variant)
    recipient, chosen, choice = _reader(request, found, text)
    rendered, problem = None, ""
    try:
        rendered = compile_frozen(text, workspace_name=request.workspace.name).render(recipient)
    except CommsError as error:
        problem = error.message
    return render(
        request,
        "campaigns/preview.html",
        {
            "edition": found,
            "variant": text,
            "recipient": recipient,
            "sample": choice,
            "as": chosen,
            "rendered": rendered,
            "problem": problem,
        },
    )


@require_GET
@csp(_MAIL_POLICY)
@member_view()
def mail_document(request: MemberRequest, edition: uuid.UUID, variant: uuid.UUID) -> HttpResponse:
    """The HTML of a frozen text, for a frame."""
    found = selectors.get_edition(request.actor, edition)
    text = get_frozen_text(request.actor, found, variant)
    recipient, _chosen, _choice = _reader(request, found, text)
    try:
        rendered = compile_frozen(text, workspace_name=request.workspace.name).render(recipient)
    except CommsError as error:
        return render(request, "content/preview_said.html", {"message": error.message})
    return HttpResponse(rendered.html)
