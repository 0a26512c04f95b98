"""Cases: the inbox, and everything of one."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts import selectors as accounts
from comms.core.actors import Actor, Role
from comms.core.errors import InvalidError, NotFoundError
from comms.directory import selectors as directory
from comms.feedback.models import (
    WAITING,
    Case,
    CaseNote,
    CaseState,
    DialogueItem,
    FormVersion,
)
from comms.feedback.policies import WORKERS
from comms.feedback.selectors.doors import is_nobodys, require_look
from comms.feedback.selectors.files import list_files
from comms.feedback.selectors.forms import titles_of
from comms.feedback.selectors.readers import is_reader

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases of the inbox. `owner` is a member's id, "me" or "none"; empty parts ask for nothing."""

    state: CaseState | None = None
    form: uuid.UUID | None = None
    owner: uuid.UUID | str = ""
    category: uuid.UUID | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with the names that it is shown with."""

    case: Case
    form_title: str
    owner_name: str
    stakeholder_name: str
    language: str
    is_erased: bool

    @property
    def is_overdue(self) -> bool:
        """Whether the person was promised an answer by now, and has none."""
        case = self.case
        return case.due_at is not None and case.due_at <= timezone.now() and case.state in WAITING


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of the inbox; `counts` of each state and `overdue` by the same filter without its state."""

    rows: Sequence[CaseRow]
    next: str
    counts: tuple[int, ...]
    overdue: int


@dataclass(frozen=True, slots=True)
class CaseOfReader:
    """Everything of one case. What is sealed is empty unless the actor `is_reader` of the form."""

    row: CaseRow
    submission: bytes
    open_answers: str
    version: FormVersion
    thread_id: uuid.UUID
    dialogue: Sequence[DialogueItem]
    notes: Sequence[CaseNote]
    files: Sequence[tuple[uuid.UUID, int]]
    is_reader: bool


def get_case(actor: Actor, case_id: uuid.UUID, *, lock: bool = False) -> Case:
    """One case with its form and submission. `lock` holds it until the transaction ends. Raises NotFoundError."""
    require_look(actor)
    # With a lock, the submission is read when it is asked for: joined, it would be as it was before the lock was had.
    cases = (
        Case.objects.select_related("form").select_for_update(of=("self",))
        if lock
        else Case.objects.select_related("form", "submission")
    )
    found = cases.filter(submission_id=case_id, workspace_id=actor.workspace_id).first()
    if found is None:
        raise NotFoundError(_("There is no such case in this workspace."))
    return found


def get_case_row(actor: Actor, case_id: uuid.UUID) -> CaseRow:
    """The same with its names. Raises NotFoundError."""
    return _named([get_case(actor, case_id)])[0]


def get_whole_case(actor: Actor, case_id: uuid.UUID) -> CaseOfReader:
    """Everything of one case. Raises NotFoundError."""
    case = get_case(actor, case_id)
    reads = is_reader(actor, case.form.thread_id)
    sent = case.submission
    return CaseOfReader(
        row=_named([case])[0],
        submission=bytes(sent.content or b"") if reads else b"",
        open_answers=sent.open_answers or "",
        version=FormVersion.objects.get(id=sent.version_id),
        thread_id=case.form.thread_id,
        dialogue=list(case.dialogue.order_by("number")) if reads else [],
        notes=list(case.notes.order_by("id")) if reads else [],
        files=list_files(case.submission_id) if reads else [],
        is_reader=reads,
    )


def list_cases(actor: Actor, question: CaseFilter, *, cursor: str = "") -> CasePage:
    """A page of the inbox: the most urgent first, then what is due first, then the oldest day.

    Raises InvalidError for a cursor that is not ours.
    """
    require_look(actor)
    fitting = _fitting(actor, question)
    counts = dict(fitting.values_list("state").annotate(count=Count("submission_id")).order_by())
    overdue = fitting.filter(_overdue()).count()
    shown = fitting if question.state is None else fitting.filter(state=question.state)
    if question.overdue:
        shown = shown.filter(_overdue())
    rows = (
        _after(shown, cursor)
        .select_related("form", "submission")
        # What people sent is the bulk of a row, and the inbox shows none of it.
        .defer("submission__content", "submission__open_answers", "form__draft")
        .order_by("urgency", F("due_at").asc(nulls_last=True), "received_on", "submission_id")
    )
    page = list(rows[: PAGE + 1])
    following = _cursor(page[PAGE - 1]) if len(page) > PAGE else ""
    return CasePage(
        rows=_named(page[:PAGE]),
        next=following,
        counts=tuple(counts.get(int(state), 0) for state in CaseState),
        overdue=overdue,
    )


def list_colleagues(actor: Actor, roles: tuple[Role, ...] = WORKERS) -> list[tuple[uuid.UUID, str]]:
    """Members who may be given a case, or who hold one of `roles`, by name."""
    require_look(actor)
    words = {str(role) for role in roles}
    return [
        (one.user_id, one.user.name)
        for one in accounts.list_members(actor)
        if words.intersection(one.roles) and one.user.is_active
    ]


def _fitting(actor: Actor, question: CaseFilter) -> QuerySet[Case]:
    cases = Case.objects.filter(workspace_id=actor.workspace_id)
    if question.form:
        cases = cases.filter(form_id=question.form)
    if question.category:
        cases = cases.filter(category_id=question.category)
    if question.owner == "none":
        cases = cases.filter(is_nobodys(actor))
    elif question.owner:
        cases = cases.filter(owner_id=actor.user_id if question.owner == "me" else question.owner)
    return cases


def _overdue() -> Q:
    return Q(due_at__lte=timezone.now(), state__in=WAITING)


def _cursor(case: Case) -> str:
    due = case.due_at.isoformat() if case.due_at else ""
    return f"{case.urgency}_{due}_{case.received_on.isoformat()}_{case.submission_id}"


def _after(cases: QuerySet[Case], cursor: str) -> QuerySet[Case]:
    if not cursor:
        return cases
    try:
        first, moment, day, last = cursor.split("_")
        urgency, due = int(first), datetime.datetime.fromisoformat(moment) if moment else None
        received, case_id = datetime.date.fromisoformat(day), uuid.UUID(last)
        if (due is not None and due.tzinfo is None) or not 0 < urgency < 5:
            raise ValueError
    except ValueError:
        raise InvalidError(_("There is no such page."), field="cursor") from None
    later = Q(received_on__gt=received) | Q(received_on=received, submission_id__gt=case_id)
    # Those without a promise come last.
    following = Q(urgency__gt=urgency) | (Q(urgency=urgency, due_at=due) & later)
    if due is not None:
        following |= Q(urgency=urgency, due_at__gt=due) | Q(urgency=urgency, due_at=None)
    return cases.filter(following)


def _named(cases: Sequence[Case]) -> list[CaseRow]:
    titles = titles_of({case.form_id for case in cases})
    owners = accounts.names_of({case.owner_id for case in cases if case.owner_id})
    people = directory.names_of({case.stakeholder_id for case in cases if case.stakeholder_id})
    return [
        CaseRow(
            case=case,
            form_title=titles[case.form_id],
            owner_name=owners.get(case.owner_id, "") if case.owner_id else "",
            stakeholder_name=people.get(case.stakeholder_id, "") if case.stakeholder_id else "",
            language=case.submission.language,
            is_erased=case.submission.erased_on is not None,
        )
        for case in cases
    ]
