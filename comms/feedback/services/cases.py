"""What the team decides about a case: each a single act, in the audit trail and told to open pages."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from comms.accounts import selectors as accounts
from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.directory import selectors as directory
from comms.directory import services as directory_services
from comms.feedback import selectors
from comms.feedback.errors import TakenError
from comms.feedback.models import Case, CaseState, DialogueItem
from comms.feedback.services import events
from comms.feedback.services.due import check_day
from comms.ledger import services as ledger
from comms.threads import selectors as threads

OPENED_AT_ONCE = 500


def claim_case(*, actor: Actor, case_id: uuid.UUID) -> None:
    """The actor takes a case that is nobody's, or whose owner works on cases no more.

    Raises TakenError when somebody was faster.
    """
    with _changing(actor, case_id, "claimed") as (case, details):
        if case.owner_id not in (None, actor.user_id) and case.owner_id in dict(
            selectors.list_colleagues(actor)
        ):
            name = accounts.names_of([case.owner_id]).get(case.owner_id, "")
            raise TakenError(_("{name} has this case already.").format(name=name))
        case.owner_id = actor.user_id
        details["name"] = actor.name
        if case.state == CaseState.NEW:
            case.state = CaseState.TRIAGE


def assign_case(*, actor: Actor, case_id: uuid.UUID, user_id: uuid.UUID | None) -> None:
    """Give a case to a colleague, or to nobody. Raises InvalidError for who may not work on cases."""
    with _changing(actor, case_id, "assigned") as (case, details):
        people = dict(selectors.list_colleagues(actor))
        if user_id is not None and user_id not in people:
            raise InvalidError(_("Choose somebody who may work on cases."), field="owner")
        case.owner_id, case.reminded_at, case.reminding_until = user_id, None, None
        details["name"] = people[user_id] if user_id else ""


def set_urgency(*, actor: Actor, case_id: uuid.UUID, urgency: int) -> None:
    """From 1, the most urgent, to 4."""
    with _changing(actor, case_id, "set_urgency") as (case, details):
        if not 1 <= urgency <= 4:
            raise InvalidError(_("Choose one of the four."), field="urgency")
        case.urgency = details["urgency"] = urgency


def set_category(*, actor: Actor, case_id: uuid.UUID, category_id: uuid.UUID | None) -> None:
    """An entry of the codebook, or none. Raises NotFoundError for another."""
    with _changing(actor, case_id, "set_category") as (case, details):
        category = selectors.get_category(actor, category_id) if category_id else None
        case.category = category
        details["code"] = category.code if category else ""


def set_due(*, actor: Actor, case_id: uuid.UUID, due_at: datetime.datetime | None) -> None:
    """By when the person gets an answer; None takes the promise away. It will be reminded of anew.

    Raises InvalidError for a day that is ten years away.
    """
    with _changing(actor, case_id, "set_due") as (case, details):
        check_day(due_at, "due_on")
        case.be_due(due_at)
        details["due"] = due_at.isoformat() if due_at else ""


def set_state(*, actor: Actor, case_id: uuid.UUID, state: CaseState) -> None:
    """Where the team stands with it: any state may follow any other."""
    with _changing(actor, case_id, "set_state") as (case, details):
        case.state = state
        details["state"] = state.name.lower()


def link_stakeholder(*, actor: Actor, case_id: uuid.UUID, stakeholder_id: uuid.UUID | None) -> None:
    """Say which stakeholder this came from, as far as the team knows, or with None that it knows of none.

    It enters that stakeholder's engagement log, and leaves the log of whomever it was said to be from before.
    Raises NotFoundError for one that the actor may not see.
    """
    with _changing(actor, case_id, "linked_stakeholder") as (case, details):
        stakeholder = directory.get_stakeholder(actor, stakeholder_id) if stakeholder_id else None
        if case.stakeholder_id != stakeholder_id:
            directory_services.drop_engagements(kind="feedback", subject_id=case.submission_id)
        case.stakeholder = stakeholder
        details["linked"] = int(stakeholder is not None)
        if stakeholder is not None:
            directory_services.record_engagement(
                actor=actor,
                stakeholder_id=stakeholder.id,
                kind="feedback",
                subject_id=case.submission_id,
            )


def mark_read(*, actor: Actor, case_id: uuid.UUID, number: int) -> None:
    """The team has seen the dialogue up to this number. No act of its own in the trail."""
    selectors.require_work(actor)
    with in_workspace(actor.workspace_id):
        case = selectors.get_case(actor, case_id, lock=True)
        later = DialogueItem.objects.filter(case=case, sender_id=None, number__gt=number).count()
        if later < case.unread:
            case.unread = later
            case.save(update_fields=["unread"])
            events.tell_case(actor.workspace_id, case_id)


def note_opened(*, actor: Actor, case_ids: list[uuid.UUID]) -> None:
    """The actor's browser has opened these sealed submissions: who opened what is in the trail.

    Only of forms that they read; what else is named is passed over. Raises InvalidError for more than 500.
    """
    selectors.require_look(actor)
    if len(case_ids) > OPENED_AT_ONCE:
        raise InvalidError(_("The body is not what this address reads."))
    with in_workspace(actor.workspace_id):
        rows = Case.objects.filter(submission_id__in=case_ids).select_related("form")
        by_form: dict[uuid.UUID, list[uuid.UUID]] = {}
        reads: dict[uuid.UUID, bool] = {}
        for row in rows.order_by("submission_id"):
            thread = row.form.thread_id
            if thread not in reads:
                reads[thread] = threads.reads_form(thread, actor.user_id)
            if reads[thread]:
                by_form.setdefault(row.form_id, []).append(row.submission_id)
        for form_id, opened in by_form.items():
            if len(opened) == 1:
                ledger.record(
                    action="feedback.opened",
                    actor=actor,
                    subject_type="case",
                    subject_id=opened[0],
                )
            else:
                ledger.record(
                    action="feedback.opened_many",
                    actor=actor,
                    subject_type="form",
                    subject_id=form_id,
                    details={"count": len(opened), "cases": [str(one) for one in opened]},
                )


@contextmanager
def _changing(
    actor: Actor, case_id: uuid.UUID, act: str
) -> Iterator[tuple[Case, dict[str, object]]]:
    """A case held for one change: saved, recorded as `feedback.<act>` and told when the block ends."""
    selectors.require_work(actor)
    details: dict[str, object] = {}
    with in_workspace(actor.workspace_id):
        case = selectors.get_case(actor, case_id, lock=True)
        yield case, details
        case.save()
        ledger.record(
            action=f"feedback.{act}",
            actor=actor,
            subject_type="case",
            subject_id=case_id,
            details=details,
        )
        events.tell_case(actor.workspace_id, case_id)
