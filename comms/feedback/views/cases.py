"""The page of one case. What is sealed is opened by its script, in the browsers of the form's readers only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from comms.accounts.scope import MemberRequest, keys_and_pictures_page, member_view
from comms.accounts.selectors import names_of
from comms.core.errors import NotFoundError
from comms.core.templatetags.ui import language_name
from comms.directory.selectors import get_stakeholder
from comms.feedback import policies
from comms.feedback.logic import Definition, in_language, read_definition
from comms.feedback.models import WAITING, Case, CaseState
from comms.feedback.policies import LOOKERS
from comms.feedback.selectors.cases import get_case
from comms.feedback.selectors.codebook import list_templates
from comms.feedback.views.answered import read_answers, shown_answers
from comms.feedback.views.history import history_of
from comms.feedback.views.inbox import reference_of
from comms.feedback.views.work import work_form
from comms.threads.selectors import list_readers


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One language in which the questions can be read."""

    tag: str
    name: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OfferedText:
    """A prepared reply with the form's name in it. `fits`: it is in the person's language."""

    id: uuid.UUID
    name: str
    language: str
    text: str
    fits: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """What the page says of a case besides its work."""

    title: str
    reference: str
    received_on: dt.date
    language: str
    language_name: str
    submission_id: uuid.UUID
    thread_id: uuid.UUID
    has_sealed: bool
    dialogue_count: int
    note_count: int
    category: str
    owner: str
    is_mine: bool
    # Nobody waits for us: answered or closed.
    is_over: bool
    is_closed: bool
    is_erased: bool


@require_GET
@keys_and_pictures_page
@member_view(*LOOKERS)
def case(request: MemberRequest, case_id: uuid.UUID) -> HttpResponse:
    """What was answered, what was said about it, and the work."""
    actor = request.actor
    found = get_case(actor, case_id)
    sent = found.submission
    definition = read_definition(sent.version.definition.encode())
    language = _language(request, definition.languages, sent.language)
    questions = []
    if not sent.erased_on:
        answers = read_answers(sent.open_answers)
        questions = shown_answers(definition, answers, language, sent.received_on)
    readers = _readers(found)
    is_reader = actor.user_id in readers
    may_work = policies.can_work(actor)
    view = _view(request, found, definition)
    context = {
        "case": found,
        "view": view,
        "questions": questions,
        "language": language,
        "languages": _languages(request, definition.languages, language),
        "readers_text": ", ".join(sorted(readers.values(), key=str.casefold)),
        "is_reader": is_reader,
        "may_work": may_work,
        "may_reply": is_reader and may_work and not view.is_erased,
        "may_note": is_reader and may_work and not view.is_erased,
        "work": work_form(request, found) if may_work else None,
        "templates": _offered(request, found, definition) if is_reader and may_work else [],
        "stakeholder": _stakeholder(request, found),
        "history": history_of(found),
        "back": reverse("feedback:inbox", args=[request.workspace.slug]),
    }
    return render(request, "feedback/case.html", context)


def _readers(found: Case) -> dict[uuid.UUID, str]:
    """Who can open what is sealed for this form now, with their names."""
    ids = list_readers(found.form.thread_id).member_ids
    names = names_of(ids)
    return {key: names[key] for key in ids if key in names}


def _view(request: MemberRequest, found: Case, definition: Definition) -> CaseView:
    sent = found.submission
    reader = get_language() or "en"
    names = names_of([found.owner_id]) if found.owner_id else {}
    return CaseView(
        title=in_language(definition.title, reader, definition.languages) or found.form.title,
        reference=reference_of(found.pk),
        received_on=sent.received_on,
        language=sent.language,
        language_name=language_name(sent.language),
        submission_id=sent.id,
        thread_id=found.form.thread_id,
        has_sealed=any(item.sealed for step in definition.steps for item in step.items),
        dialogue_count=found.dialogue.count(),
        note_count=found.notes.count(),
        category=found.category.name if found.category else "",
        owner=names.get(found.owner_id, "") if found.owner_id else "",
        is_mine=found.owner_id == request.actor.user_id,
        is_over=found.state not in WAITING,
        is_closed=found.state == CaseState.CLOSED,
        is_erased=sent.erased_on is not None,
    )


def _language(request: MemberRequest, offered: Sequence[str], of_person: str) -> str:
    """What the address asks for, else the language in which the person answered."""
    asked = request.GET.get("language", "")
    if asked in offered:
        return asked
    return of_person if of_person in offered else offered[0]


def _languages(request: MemberRequest, offered: Sequence[str], current: str) -> list[LanguageLink]:
    return [
        LanguageLink(tag, language_name(tag), f"{request.path}?language={tag}", tag == current)
        for tag in offered
    ]


def _offered(request: MemberRequest, found: Case, definition: Definition) -> list[OfferedText]:
    """Those in the person's language first; of the form's name, the one in the text's language."""
    language = found.submission.language
    offered = [
        OfferedText(
            one.id,
            one.name,
            one.language,
            one.text.replace(
                "{form}", in_language(definition.title, one.language, definition.languages)
            ),
            one.language in (language, ""),
        )
        for one in list_templates(request.actor)
    ]
    return sorted(offered, key=lambda one: (not one.fits, one.language, one.name.casefold()))


def _stakeholder(request: MemberRequest, found: Case) -> Any:
    if found.stakeholder_id is None:
        return None
    try:
        return get_stakeholder(request.actor, found.stakeholder_id)
    except NotFoundError:
        return None
