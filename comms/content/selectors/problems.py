"""Which texts of a template lack a required key message or still carry one that no longer holds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from comms.content.models import KeyMessage
from comms.content.selectors.matrix import Cell, Matrix


@dataclass(frozen=True)
class MessageProblem:
    """One key message in one text. `kind` says what is wrong with it."""

    kind: Literal["missing", "expired", "not_yet", "retired"]
    key_message: KeyMessage
    cell: Cell


def message_problems(matrix: Matrix, day: datetime.date) -> list[MessageProblem]:
    """What to mend before the texts of `matrix` may be sent on `day`. One query. Inside `in_workspace`."""
    messages = {
        message.id: message
        for message in KeyMessage.objects.filter(workspace_id=matrix.template.workspace_id)
    }
    required = [m for m in messages.values() if m.required and m.holds_on(day)]
    problems = []
    for cell in matrix.cells():
        if cell.variant is None:
            continue
        carried = {link.key_message_id for link in cell.variant.carried.all()}
        problems += [
            MessageProblem("missing", message, cell)
            for message in required
            if message.id not in carried
        ]
        for identifier in carried:
            message = messages[identifier]
            if not message.holds_on(day):
                problems.append(MessageProblem(_why_not(message, day), message, cell))
    return problems


def _why_not(message: KeyMessage, day: datetime.date) -> Literal["expired", "not_yet", "retired"]:
    if message.retired_at is not None:
        return "retired"
    return "not_yet" if day < message.valid_from else "expired"
