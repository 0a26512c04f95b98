"""Key messages: the list, making, changing and retiring one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comms.accounts.scope import MemberRequest, member_view
from comms.content import policies, selectors, services
from comms.content.forms import KeyMessageForm, show_refusal
from comms.content.models import KeyMessage
from comms.core.actors import Role
from comms.core.errors import CommsError
from comms.core.paging import page_of


def _state(message: KeyMessage) -> str:
    today = timezone.localdate()
    if message.retired_at is not None:
        return "retired"
    if today < message.valid_from:
        return "not_yet"
    return "holds" if message.holds_on(today) else "expired"


@require_GET
@member_view()
def list_page(request: MemberRequest) -> HttpResponse:
    """Every key message with whether it holds today; retired ones on demand."""
    retired = request.GET.get("show") == "retired"
    page = page_of(request, selectors.list_key_messages(request.actor, retired=retired))
    return render(
        request,
        "content/key_messages.html",
        {
            "page": page,
            "rows": [(message, _state(message)) for message in page.object_list],
            "retired": retired,
            "may_write": policies.can_write(request.actor),
            "tab": "key_messages",
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def new_page(request: MemberRequest) -> HttpResponse:
    """Write a key message."""
    form = KeyMessageForm(
        request.POST if request.method == "POST" else None,
        initial={"valid_from": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.create_key_message(actor=request.actor, **form.cleaned_data)
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("The key message is written."))
            return redirect("content:key_messages", request.workspace.slug)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def edit_page(request: MemberRequest, message: uuid.UUID) -> HttpResponse:
    """Change a key message."""
    found = selectors.get_key_message(request.actor, message)
    form = KeyMessageForm(request.POST if request.method == "POST" else None, message=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_key_message(actor=request.actor, message=found, **form.cleaned_data)
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("content:key_messages", request.workspace.slug)
    return _form_page(request, form, found)


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def retire_page(request: MemberRequest, message: uuid.UUID) -> HttpResponse:
    """Ask once, then retire a key message."""
    found = selectors.get_key_message(request.actor, message)
    if request.method == "POST":
        try:
            services.retire_key_message(actor=request.actor, message=found)
        except CommsError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The key message is retired."))
        return redirect("content:key_messages", request.workspace.slug)
    return render(
        request,
        "content/retire.html",
        {
            "title": _("Retire this key message?"),
            "message": found,
            "consequences": [
                _("It holds no longer, from now on."),
                _("Texts that still carry it can't be sent until someone mends them."),
            ],
            "action": _("Retire the key message"),
        },
    )


def _form_page(
    request: MemberRequest, form: KeyMessageForm, message: KeyMessage | None
) -> HttpResponse:
    return render(
        request,
        "content/key_message_form.html",
        {"form": form, "message": message},
        status=422 if form.errors else 200,
    )
