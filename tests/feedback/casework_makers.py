"""Makes cases for the tests of the inbox: rows alone, since the server never reads what is sealed in them."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.utils import timezone

from comms.accounts.models import User, Workspace
from comms.core.tenancy import in_workspace
from comms.feedback.models import (
    Case,
    CaseState,
    Category,
    Form,
    FormVersion,
    ReplyTemplate,
    Submission,
)
from comms.threads.models import Member, Thread

DEFINITION: dict[str, Any] = {
    "format": 1,
    "languages": ["en", "ar"],
    "title": {"en": "Safety at the crossings", "ar": "السلامة عند المعابر"},
    "intro": {"en": ""},
    "thanks": {"en": ""},
    "steps": [
        {
            "id": "s1",
            "title": {"en": "About it"},
            "visible": None,
            "items": [
                {
                    "id": "gate",
                    "type": "single_choice",
                    "label": {"en": "Where do you cross?", "ar": "أين تعبر؟"},
                    "hint": {"en": ""},
                    "required": True,
                    "sealed": False,
                    "visible": None,
                    "constraint": None,
                    "default": None,
                    "choices": [
                        {"id": "north", "label": {"en": "North gate", "ar": "البوابة الشمالية"}},
                        {"id": "south", "label": {"en": "South gate", "ar": "البوابة الجنوبية"}},
                    ],
                    "other": True,
                },
                {
                    "id": "safe",
                    "type": "rating",
                    "label": {"en": "How safe is {gate}?", "ar": "ما مدى أمان {gate}؟"},
                    "hint": {"en": ""},
                    "required": False,
                    "sealed": False,
                    "visible": None,
                    "constraint": None,
                    "default": None,
                    "scale": 5,
                    "low": {"en": ""},
                    "high": {"en": ""},
                },
                {
                    "id": "story",
                    "type": "long_text",
                    "label": {"en": "What happened to you?", "ar": "ماذا حدث لك؟"},
                    "hint": {"en": ""},
                    "required": False,
                    "sealed": True,
                    "visible": None,
                    "constraint": None,
                    "default": None,
                    "max_length": 2000,
                },
            ],
        }
    ],
    "quotas": [],
}
ANSWERS = {"gate": {"choice": "north"}, "safe": 2}


def make_form(place: Workspace, *readers: User, title: str = "Safety at the crossings") -> Form:
    """A published form whose readers are these people."""
    with in_workspace(place.id):
        thread = Thread.objects.create(workspace_id=place.id, purpose=Thread.Purpose.FORM)
        for reader in readers:
            Member.objects.create(
                workspace_id=place.id,
                thread=thread,
                member_id=reader.id,
                fingerprint=bytes(32),
                signing_key=bytes(32),
                role=Member.Role.OWNER,
            )
        form = Form.objects.create(
            workspace_id=place.id,
            thread=thread,
            title=title,
            draft=json.dumps(DEFINITION),
            address=uuid.uuid4().hex[:12],
            made_by_id=uuid.uuid4(),
            version_number=1,
        )
        FormVersion.objects.create(
            workspace_id=place.id,
            form=form,
            number=1,
            definition=json.dumps(DEFINITION),
            definition_hash=bytes(32),
            statement=b"signed",
            statement_hash=uuid.uuid4().bytes * 2,
            published_by_id=form.made_by_id,
        )
    return form


def make_case(form: Form, *, language: str = "en", is_erased: bool = False, **work: Any) -> Case:
    """Answers to the form, and the case that follows. `work` are the case's own columns."""
    today = dt.datetime.now(dt.UTC).date()
    with in_workspace(form.workspace_id):
        submission = Submission.objects.create(
            workspace_id=form.workspace_id,
            form=form,
            version=FormVersion.objects.get(form=form),
            content=None if is_erased else b"sealed",
            content_hash=uuid.uuid4().bytes * 2,
            open_answers=None if is_erased else json.dumps(ANSWERS),
            signing_key=bytes(32),
            lookup_hash=uuid.uuid4().bytes * 2,
            language=language,
            received_on=work.get("received_on", today),
            erased_on=today if is_erased else None,
        )
        return Case.objects.create(
            workspace_id=form.workspace_id, form=form, submission=submission, **work
        )


def make_inbox(place: Workspace, *owners: User) -> Form:
    """A day's work: cases of every state and urgency, some late, some without a date, one erased."""
    form = make_form(place, *owners[:1])
    with in_workspace(place.id):
        access = Category.objects.create(workspace_id=place.id, code="access", name="Access")
        ReplyTemplate.objects.create(
            workspace_id=place.id, name="Thanks", language="en", text="Thank you for “{form}”."
        )
    now = timezone.now()
    for number, state in enumerate([*CaseState, *CaseState]):
        make_case(
            form,
            language=("en", "ar")[number % 2],
            state=state,
            urgency=number % 4 + 1,
            category=access if number % 3 == 0 else None,
            owner_id=owners[number % len(owners)].id if number % 2 else None,
            due_at=None if number == 4 else now + dt.timedelta(hours=30 * (number - 3)),
            unread=number % 2,
            is_erased=number == 7,
        )
    return form
