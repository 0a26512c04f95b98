"""Forms and their versions, as the team sees them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import NotFoundError
from comms.feedback.models import Case, CaseState, Form, FormVersion, Submission
from comms.feedback.policies import can_look
from comms.feedback.selectors.doors import require_look

DRAFT, OPEN, CLOSED, FULL, ARCHIVED = range(5)


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form with its figures. `status`: 0 draft, 1 open, 2 closed, 3 full, 4 archived."""

    form: Form
    status: int
    submissions: int
    open_cases: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version, and how many submissions answered it."""

    version: FormVersion
    submissions: int


def status_of(form: Form) -> int:
    """Whether the form takes answers now, and why not."""
    if form.archived_at is not None:
        return ARCHIVED
    if form.version_number == 0:
        return DRAFT
    if form.closed_at is not None or (
        form.closes_at is not None and form.closes_at <= timezone.now()
    ):
        return CLOSED
    if form.max_submissions and form.taken >= form.max_submissions:
        return FULL
    return OPEN


def get_form(actor: Actor, form_id: uuid.UUID, *, lock: bool = False) -> Form:
    """One form of the workspace. `lock` holds it until the transaction ends. Raises NotFoundError."""
    require_look(actor)
    forms = Form.objects.select_for_update() if lock else Form.objects.all()
    found = forms.filter(id=form_id, workspace_id=actor.workspace_id).first()
    if found is None:
        raise NotFoundError(_("There is no such form in this workspace."))
    return found


def get_form_row(actor: Actor, form_id: uuid.UUID) -> FormRow:
    """The same with its figures. Raises NotFoundError."""
    return _rows([get_form(actor, form_id)])[0]


def list_forms(actor: Actor, *, archived: bool = False) -> list[FormRow]:
    """The workspace's forms, the newest change first; at most 500."""
    require_look(actor)
    forms = Form.objects.filter(
        workspace_id=actor.workspace_id, archived_at__isnull=not archived
    ).order_by("-updated_at", "id")
    return _rows(list(forms[:500]))


def list_form_titles(actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Ids and titles of the forms in use, the newest change first; at most 200."""
    require_look(actor)
    forms = Form.objects.filter(workspace_id=actor.workspace_id, archived_at=None)
    rows = forms.order_by("-updated_at", "id").only("id", "workspace_id", "title")[:200]
    return [(row.id, row.title) for row in rows]


def list_published(actor: Actor) -> QuerySet[Form]:
    """Forms of which a version was published, put away or not; none for who may not look."""
    if not can_look(actor):
        return Form.objects.none()
    return Form.objects.filter(workspace_id=actor.workspace_id, version_number__gt=0)


def list_versions(actor: Actor, form_id: uuid.UUID) -> list[VersionRow]:
    """Published versions of a form, the oldest first. Raises NotFoundError."""
    form = get_form(actor, form_id)
    versions = FormVersion.objects.filter(form=form).order_by("number")
    counts = dict(
        Submission.objects.filter(form=form)
        .values_list("version_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    return [VersionRow(one, counts.get(one.id, 0)) for one in versions]


def get_version(actor: Actor, form_id: uuid.UUID, number: int) -> FormVersion:
    """One published version. Raises NotFoundError."""
    form = get_form(actor, form_id)
    found = FormVersion.objects.filter(form=form, number=number).first()
    if found is None:
        raise NotFoundError(_("This form has no such version."))
    return found


def titles_of(form_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Titles by id. Inside `in_workspace`."""
    rows = Form.objects.filter(id__in=form_ids).only("id", "workspace_id", "title")
    return {row.id: row.title for row in rows}


def _rows(forms: list[Form]) -> list[FormRow]:
    ids = [form.id for form in forms]
    sent = dict(
        Submission.objects.filter(form_id__in=ids)
        .values_list("form_id")
        .annotate(count=Count("id"))
        .order_by()
    )
    waiting = dict(
        Case.objects.filter(~Q(state=CaseState.CLOSED), form_id__in=ids)
        .values_list("form_id")
        .annotate(count=Count("submission_id"))
        .order_by()
    )
    return [
        FormRow(form, status_of(form), sent.get(form.id, 0), waiting.get(form.id, 0))
        for form in forms
    ]
