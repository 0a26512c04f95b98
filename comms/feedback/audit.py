"""What the acts on forms and cases are called in the audit trail. What people wrote, nobody here knows."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from comms.core.actors import Actor
from comms.feedback.models import Form
from comms.feedback.words import STATES, Urgency

SENTENCES = {
    "feedback.created_form": _("made the form %(title)s"),
    "feedback.changed_settings": _("changed the settings of the form %(title)s"),
    "feedback.published_version": _("published version %(number)s of the form %(title)s"),
    "feedback.closed_form": _("closed the form %(title)s"),
    "feedback.reopened_form": _("opened the form %(title)s again"),
    "feedback.archived_form": _("archived the form %(title)s"),
    "feedback.restored_form": _("brought the form %(title)s back from the archive"),
    "feedback.claimed": _("took over a case"),
    "feedback.assigned": _("gave a case to somebody, or to nobody: %(name)s"),
    "feedback.freed_cases": _("made the cases of %(name)s nobody's (cases: %(count)s)"),
    "feedback.set_urgency": _("set the urgency of a case to %(urgency)s"),
    "feedback.set_category": _("set the category of a case: %(code)s"),
    "feedback.set_due": _("set by when a case is due: %(due)s"),
    "feedback.set_state": _("set the state of a case: %(state)s"),
    "feedback.linked_stakeholder": _("changed the stakeholder that a case is linked to"),
    "feedback.replied": _("answered in a case"),
    "feedback.added_note": _("added a note to a case"),
    "feedback.opened": _("opened sealed answers"),
    "feedback.opened_many": _("opened sealed answers (submissions: %(count)s)"),
    "feedback.exported_answers": _(
        "exported the answers to %(title)s (%(format)s; submissions: %(count)s)"
    ),
    "feedback.exported_tables": _("exported tables for publication of %(title)s (%(format)s)"),
    # Until November 2026, at once; since then when the day was over.
    "feedback.person_erased": _("noted that the person erased what they had sent"),
    "feedback.erased_by_person": _("noted that the person erased what they had sent, on %(day)s"),
    "feedback.saved_category": _("saved the category %(name)s"),
    "feedback.removed_category": _("removed the category %(name)s"),
    "feedback.retired_category": _("retired the category %(name)s"),
    "feedback.reused_category": _("offered the category %(name)s again"),
    "feedback.changed_times": _(
        "changed how soon people should hear: a reply within %(reply)s hours"
    ),
    "feedback.saved_template": _("saved the reply template %(name)s"),
    "feedback.removed_template": _("removed the reply template %(name)s"),
}


def _forms(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Form.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    return {row.id: row.title for row in rows.only("id", "workspace_id", "title")}


def _date(code: str) -> str:
    return date_format(datetime.date.fromisoformat(code), "DATE_FORMAT")


def _day(code: str) -> str:
    """By when, in the reader's zone and language; a dash when the promise was taken away."""
    if not code:
        return "–"
    return date_format(timezone.localtime(datetime.datetime.fromisoformat(code)), "DATETIME_FORMAT")


def _or_dash(code: str) -> str:
    return code or "–"


NAMES = {
    "feedback.set_state": {"state": {word: state.label for word, state in STATES.items()}},
    "feedback.set_urgency": {"urgency": {str(int(one)): one.label for one in Urgency}},
    "feedback.set_due": {"due": _day},
    "feedback.set_category": {"code": _or_dash},
    "feedback.assigned": {"name": _or_dash},
    "feedback.erased_by_person": {"day": _date},
}

SUBJECTS = {
    "form": (_("form"), "", _forms),
    "case": (_("case"), "feedback:case"),
    "category": (_("category"), ""),
    "reply_template": (_("reply template"), ""),
}
