"""Templates: the list, one template's matrix, making and changing it."""

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
from comms.content.forms import TemplateForm, show_refusal
from comms.core.actors import Role
from comms.core.errors import CommsError
from comms.core.paging import page_of
from comms.directory.selectors import list_audiences


@require_GET
@member_view()
def list_page(request: MemberRequest) -> HttpResponse:
    """Every template with how many of its texts are ready."""
    page = page_of(request, selectors.list_templates(request.actor), size=25)
    matrices = selectors.matrices_of(page.object_list)
    return render(
        request,
        "content/list.html",
        {
            "page": page,
            "rows": [matrices[template.id] for template in page.object_list],
            "may_write": policies.can_write(request.actor),
            "tab": "templates",
        },
    )


@require_GET
@member_view()
def template_page(request: MemberRequest, template: uuid.UUID) -> HttpResponse:
    """One template: its matrix, and which key messages its texts carry."""
    found = selectors.get_template(request.actor, template)
    matrix = selectors.matrix_of(found)
    return render(
        request,
        "content/template.html",
        {
            "template": found,
            "matrix": matrix,
            "problems": selectors.message_problems(matrix, timezone.localdate()),
            "has_messages": selectors.list_key_messages(request.actor).exists(),
            "may_write": policies.can_write(request.actor) and found.archived_at is None,
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def new_page(request: MemberRequest) -> HttpResponse:
    """Make a template."""
    initial = {"for_everyone": True, "source_language": "en", "fallback_language": "en"}
    form = TemplateForm(
        request.POST if request.method == "POST" else None,
        actor=request.actor,
        initial={**initial, "languages": ["en"]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_template(actor=request.actor, facts=form.facts())
        except CommsError as error:
            show_refusal(form, error)
        else:
            return redirect("content:template", request.workspace.slug, made.id)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def edit_page(request: MemberRequest, template: uuid.UUID) -> HttpResponse:
    """Change what a template is and for whom."""
    found = selectors.get_template(request.actor, template)
    form = TemplateForm(
        request.POST if request.method == "POST" else None, actor=request.actor, template=found
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.update_template(actor=request.actor, template=found, facts=form.facts())
        except CommsError as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("content:template", request.workspace.slug, found.id)
    return _form_page(request, form, found)


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def archive_page(request: MemberRequest, template: uuid.UUID) -> HttpResponse:
    """Ask once, then take a template out of the list."""
    found = selectors.get_template(request.actor, template)
    if request.method == "POST":
        try:
            services.archive_template(actor=request.actor, template=found)
        except CommsError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("“%(name)s” is archived.") % {"name": found.name})
        return redirect("content:list", request.workspace.slug)
    return render(
        request,
        "content/archive.html",
        {
            "title": _("Archive “%(name)s”?") % {"name": found.name},
            "consequences": [
                _("It leaves the list, and its texts can't change any more."),
                _("Editions that were made from it keep their texts and go out as planned."),
            ],
            "action": _("Archive the template"),
            "template": found,
        },
    )


def _form_page(request: MemberRequest, form: TemplateForm, template: object) -> HttpResponse:
    return render(
        request,
        "content/form.html",
        {
            "form": form,
            "template": template,
            "has_audiences": bool(list_audiences(request.actor)),
        },
        status=422 if form.errors else 200,
    )
