"""What happened with a case: its acts from the audit trail, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from comms.accounts.selectors import names_of
from comms.feedback.audit import SENTENCES
from comms.feedback.models import Case
from comms.ledger.selectors import list_acts_on
from comms.ledger.sentences import sentence_of


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened; `who` is empty for the system."""

    at: dt.datetime
    who: str
    sentence: str


def history_of(case: Case) -> list[Act]:
    """The newest first, at most fifty. Inside `in_workspace`."""
    entries = list_acts_on(case.workspace_id, case.pk, actions=tuple(SENTENCES))
    names = names_of(entry.actor_id for entry in entries)
    return [
        Act(
            at=entry.at,
            who=names.get(entry.actor_id, "") if entry.actor_id else "",
            sentence=sentence_of(entry, for_page=True),
        )
        for entry in entries
    ]
