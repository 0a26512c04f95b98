"""The import wizard: a list, its columns, the check, the result."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError, InvalidError
from comms.core.paging import page_of
from comms.directory import selectors
from comms.directory.forms import MappingForm, UploadForm
from comms.directory.forms.fields import add_error
from comms.directory.lists.mapping import mapping_from_json
from comms.directory.lists.reader import written
from comms.directory.lists.rules import Draft, draft_of
from comms.directory.models import Import, ImportState
from comms.directory.services import imports
from comms.directory.views.posted import posted
from comms.directory.views.stakeholders import OFFICERS
from comms.directory.views.tabs import directory_tabs

_PREVIEWED = 5
_LISTED = 25


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def index(request: MemberRequest) -> HttpResponse:
    """Upload a list; the lists before it."""
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            staged = imports.stage_import(
                actor=request.actor, filename=file.name, content=file.read()
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            return redirect("directory:import", request.workspace.slug, staged.id)
    return render(
        request,
        "directory/imports.html",
        {
            "form": form,
            "page": page_of(request, selectors.list_imports(request.actor), size=_LISTED),
            "tabs": directory_tabs(request, "imports"),
        },
        status=422 if form.errors else 200,
    )


@require_GET
@member_view(*OFFICERS)
def detail(request: MemberRequest, import_id: uuid.UUID) -> HttpResponse:
    """Where the import stands and what to do next."""
    run = selectors.get_import(request.actor, import_id)
    if run.state == ImportState.STAGED:
        return redirect("directory:import_columns", request.workspace.slug, import_id)
    page = page_of(request, selectors.explained_rows(run), size=_LISTED)
    return render(
        request,
        "directory/import.html",
        {
            "run": run,
            "page": page,
            "rows": [
                {"row": row, "why": selectors.sentences_of(row), "cells": row.cells[:3]}
                for row in page.object_list
            ],
            "steps": _steps(request, run),
            "is_checking": run.counts.get("phase") == "check",
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def columns(request: MemberRequest, import_id: uuid.UUID) -> HttpResponse:
    """Say where each field comes from, and on what basis the list may be used."""
    staged = selectors.get_import(request.actor, import_id)
    if staged.state not in {ImportState.STAGED, ImportState.CHECKED, ImportState.STOPPED}:
        return redirect("directory:import", request.workspace.slug, import_id)
    mapping = mapping_from_json(staged.mapping, staged.columns)
    form = MappingForm(posted(request), staged, mapping)
    wants_preview = "preview" in request.POST
    if request.method == "POST" and not wants_preview and form.is_valid():
        try:
            imports.save_mapping(
                actor=request.actor,
                import_id=import_id,
                mapping=form.mapping_json(),
                **{
                    name: form.cleaned_data[name]
                    for name in ("purpose", "basis", "source", "given_at")
                },
            )
        except CommsError as error:
            form.add_service_error(error.field, error.message)
        else:
            return redirect("directory:import", request.workspace.slug, import_id)
    if wants_preview:
        form.is_valid()
        form.errors.clear()
    return render(
        request,
        "directory/import_columns.html",
        {
            "run": staged,
            "form": form,
            "steps": _steps(request, staged, "columns"),
            **_previewed(staged, form.mapping_json() if form.is_bound else staged.mapping),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@member_view(*OFFICERS)
def preview(request: MemberRequest, import_id: uuid.UUID) -> HttpResponse:
    """The mapping page's live part: the first rows as they would be read."""
    staged = selectors.get_import(request.actor, import_id)
    if not staged.columns:
        return HttpResponse(status=204)
    form = MappingForm(request.POST, staged, mapping_from_json(staged.mapping, staged.columns))
    return render(
        request, "directory/_import_preview.html", _previewed(staged, form.mapping_json())
    )


def _previewed(staged: Import, mapping: Any) -> dict[str, Any]:
    rows = selectors.first_rows(staged, _PREVIEWED)
    try:
        checked = mapping_from_json(mapping, staged.columns)
    except InvalidError as error:
        return {"drafts": [], "preview_problem": error.message}
    drafts: list[Draft] = [draft_of(row, staged.columns, checked) for row in rows]
    return {"drafts": drafts, "preview_problem": ""}


@require_GET
@member_view(*OFFICERS)
def progress(request: MemberRequest, import_id: uuid.UUID) -> HttpResponse:
    """How far the worker is; the page reloads itself when the work is over."""
    run = selectors.get_import(request.actor, import_id)
    response = render(request, "directory/_import_progress.html", {"run": run})
    if not run.is_working:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@member_view(*OFFICERS)
def start(request: MemberRequest, import_id: uuid.UUID) -> HttpResponse:
    """Import the checked rows."""
    try:
        imports.start_import(actor=request.actor, import_id=import_id)
    except CommsError as error:
        if error.status == 404:
            raise
        messages.warning(request, error.message)
    return redirect("directory:import", request.workspace.slug, import_id)


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def discard(request: MemberRequest, import_id: uuid.UUID) -> HttpResponse:
    """Ask once, then delete the upload."""
    run = selectors.get_import(request.actor, import_id)
    back = reverse("directory:import", args=[request.workspace.slug, import_id])
    if request.method == "POST":
        try:
            imports.discard_import(actor=request.actor, import_id=import_id)
        except CommsError as error:
            messages.error(request, error.message)
            return redirect(back)
        messages.success(request, _("The uploaded list is deleted; nothing was imported from it."))
        return redirect("directory:imports", request.workspace.slug)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Discard %(name)s") % {"name": run.filename},
            "consequences": [_("The uploaded rows are deleted. The directory stays as it is.")],
            "action": _("Discard this list"),
            "cancel_url": back,
        },
    )


@require_GET
@member_view(*OFFICERS)
def error_file(request: MemberRequest, import_id: uuid.UUID) -> HttpResponseBase:
    """The explained rows as a file: mended, it can be uploaded again."""
    run = selectors.get_import(request.actor, import_id)
    # At most as many rows as the upload had, and the view's transaction ends with it: made in one go.
    lines = list(written(selectors.error_file_rows(run)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="rows-to-mend.csv"'
    return response


def _steps(request: MemberRequest, run: Import, current: str = "") -> list[dict[str, Any]]:
    at = current or (
        "check"
        if run.counts.get("phase") == "check"
        else "done"
        if run.state == ImportState.DONE
        else "import"
    )
    order = ["file", "columns", "check", "import"]
    labels = [_("Your list"), _("Its columns"), _("Check"), _("Import")]
    position = len(order) if at == "done" else order.index(at)
    address = reverse("directory:import_columns", args=[request.workspace.slug, run.id])
    return [
        {
            "label": label,
            "state": "done" if index < position else "current" if index == position else "todo",
            "url": address if name == "columns" and run.state == ImportState.CHECKED else None,
        }
        for index, (name, label) in enumerate(zip(order, labels, strict=True))
    ]
