"""That somebody took figures or answers out of a form: the browser makes the file, the audit trail knows of it."""

from __future__ import annotations

import uuid
from typing import Final

from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError, InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors
from comms.ledger import services as ledger

_ACTIONS: Final = {
    "work": "feedback.exported_answers",
    "publication": "feedback.exported_tables",
}
_FORMATS: Final = frozenset({"csv", "xlsx", "json"})


def note_export(
    *, actor: Actor, form_id: uuid.UUID, kind: str, file_format: str, count: int
) -> None:
    """Note an export of `count` submissions: "work" (rows, readers only) or "publication" (tables).

    Raises NotFoundError, InvalidError, ForbiddenError for rows by somebody who is no reader of the form.
    """
    with in_workspace(actor.workspace_id):
        form = selectors.get_form(actor, form_id)
        if kind not in _ACTIONS or file_format not in _FORMATS:
            raise InvalidError(_("There is no such export."), field="kind")
        if kind == "work" and not selectors.is_reader(actor, form.thread_id):
            raise ForbiddenError(_("Only readers of this form take its answers along."))
        ledger.record(
            action=_ACTIONS[kind],
            actor=actor,
            subject_type="form",
            subject_id=form.id,
            details={"title": form.title, "format": file_format, "count": count},
        )
