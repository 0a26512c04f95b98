"""Writing one text, beside the one it is translated from."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comms.accounts.scope import MemberRequest, member_view
from comms.content import policies, selectors, services
from comms.content.forms import VariantForm, show_refusal
from comms.content.models import KeyMessage
from comms.content.rendering import VARIABLES
from comms.core.actors import Actor
from comms.core.errors import CommsError, ForbiddenError


@require_http_methods(["GET", "POST"])
@member_view()
def edit_page(
    request: MemberRequest, template: uuid.UUID, column: str, language: str
) -> HttpResponse:
    """Read a text; editors and administrators write it."""
    may_write = policies.can_write(request.actor)
    if request.method == "POST" and not may_write:
        raise ForbiddenError(_("Only editors and administrators can change content."))
    found = selectors.get_template(request.actor, template)
    cell = selectors.cell_of(found, column, language)
    form = VariantForm(
        request.POST if request.method == "POST" else None,
        cell=cell,
        messages=_messages(request.actor),
    )
    if request.method == "POST" and form.is_valid():
        ready = request.POST.get("state") == "ready"
        try:
            services.save_variant(
                actor=request.actor,
                template=found,
                column_key=column,
                language=language,
                text=form.text(ready=ready),
                workspace_name=request.workspace.name,
            )
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(
                request, _("Saved and marked ready.") if ready else _("Saved as a draft.")
            )
            return redirect("content:variant", request.workspace.slug, found.id, column, language)
    sample = selectors.list_sample(cell)
    return render(
        request,
        "content/variant.html",
        {
            # Shown as the first of the list, which is the one that the choice beside it names.
            "as": sample[0][0] if sample else None,
            "template": found,
            "cell": cell,
            "form": form,
            "variables": VARIABLES,
            "sample": sample,
            "may_write": may_write and found.archived_at is None,
        },
        status=422 if form.errors else 200,
    )


def _messages(actor: Actor) -> list[KeyMessage]:
    return [
        *selectors.list_key_messages(actor),
        *selectors.list_key_messages(actor, retired=True),
    ]
