"""The settings of feedback: the codebook, the texts for replies, the times."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError, ForbiddenError
from comms.directory.forms.fields import add_error
from comms.feedback import policies
from comms.feedback.forms.settings import CategoryForm, ReplyTemplateForm, TimesForm
from comms.feedback.policies import LOOKERS, WORKERS
from comms.feedback.selectors import codebook as selectors
from comms.feedback.selectors.times import get_times
from comms.feedback.services import codebook
from comms.feedback.services import settings as services
from comms.feedback.views.tabs import feedback_tabs


@require_http_methods(["GET", "POST"])
@member_view(*LOOKERS)
def settings_page(request: MemberRequest) -> HttpResponse:
    """All of them on one page; a POST saves the times."""
    actor = request.actor
    times = TimesForm(request.POST if request.method == "POST" else None, times=get_times(actor))
    if request.method == "POST":
        if not policies.can_work(actor):
            raise ForbiddenError(_("Your roles in this workspace do not include these settings."))
        if times.is_valid():
            try:
                services.save_times(actor=actor, **times.cleaned_data)
            except CommsError as error:
                add_error(times, error.field, error.message)
            else:
                messages.success(
                    request, _("The times are saved. They hold for cases from now on.")
                )
                return _back(request)
    return _page(request, times=times, category=CategoryForm())


def _page(request: MemberRequest, *, times: TimesForm, category: CategoryForm) -> HttpResponse:
    context = {
        "tabs": feedback_tabs(request, "settings"),
        "categories": selectors.list_categories(request.actor),
        "category": category,
        "templates": selectors.list_templates(request.actor),
        "times": times,
        "may_edit": policies.can_work(request.actor),
    }
    failed = times.errors if times.is_bound else category.errors
    return render(request, "feedback/settings.html", context, status=422 if failed else 200)


@require_POST
@member_view(*WORKERS)
def category_add(request: MemberRequest) -> HttpResponse:
    """A new category."""
    form = CategoryForm(request.POST)
    if form.is_valid():
        try:
            made = services.name_category(
                actor=request.actor, category_id=None, name=form.cleaned_data["name"]
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("%(name)s is in the codebook.") % {"name": made.name})
            return _back(request)
    times = TimesForm(None, times=get_times(request.actor))
    return _page(request, times=times, category=form)


@require_http_methods(["GET", "POST"])
@member_view(*WORKERS)
def category(request: MemberRequest, category_id: uuid.UUID) -> HttpResponse:
    """Call a category something else."""
    found = selectors.get_category(request.actor, category_id)
    form = CategoryForm(
        request.POST if request.method == "POST" else None, initial={"name": found.name}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.name_category(
                actor=request.actor, category_id=found.id, name=form.cleaned_data["name"]
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("The changes are saved."))
            return _back(request)
    return _small_form(request, form, _("Rename %(name)s") % {"name": found.name})


@require_POST
@member_view(*WORKERS)
def category_retire(request: MemberRequest, category_id: uuid.UUID) -> HttpResponse:
    """Offer a category no more, or again: done at once, since the same place takes it back."""
    retired = request.POST.get("wanted") == "retire"
    found = services.retire_category(
        actor=request.actor, category_id=category_id, is_retired=retired
    )
    said = _("%(name)s is offered no more.") if retired else _("%(name)s is offered again.")
    messages.success(request, said % {"name": found.name})
    return _back(request)


@require_http_methods(["GET", "POST"])
@member_view(*WORKERS)
def template(request: MemberRequest, template_id: uuid.UUID | None = None) -> HttpResponse:
    """Write a text for replies, or change one."""
    found = selectors.get_template(request.actor, template_id) if template_id else None
    form = ReplyTemplateForm(request.POST if request.method == "POST" else None, template=found)
    if request.method == "POST" and form.is_valid():
        try:
            codebook.save_template(
                actor=request.actor, template_id=template_id, **form.cleaned_data
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("The text is saved."))
            return _back(request)
    title = _("Change the text") if found else _("A text for replies")
    return _small_form(request, form, title)


@require_http_methods(["GET", "POST"])
@member_view(*WORKERS)
def template_delete(request: MemberRequest, template_id: uuid.UUID) -> HttpResponse:
    """Ask once, then take a text away."""
    found = selectors.get_template(request.actor, template_id)
    if request.method == "POST":
        codebook.remove_template(actor=request.actor, template_id=template_id)
        messages.success(request, _("The text is deleted."))
        return _back(request)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Delete “%(name)s”") % {"name": found.name},
            "consequences": [
                _("Nobody can begin a reply with it any more. Replies that were sent stay.")
            ],
            "action": _("Delete the text"),
            "cancel_url": _address(request),
            "danger": True,
        },
    )


def _small_form(
    request: MemberRequest, form: CategoryForm | ReplyTemplateForm, title: str
) -> HttpResponse:
    context = {"form": form, "title": title, "back": _address(request)}
    return render(request, "feedback/small_form.html", context, status=422 if form.errors else 200)


def _address(request: MemberRequest) -> str:
    return reverse("feedback:settings", args=[request.workspace.slug])


def _back(request: MemberRequest) -> HttpResponse:
    return redirect(_address(request))
