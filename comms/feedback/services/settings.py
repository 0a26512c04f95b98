"""Naming and retiring categories, and how soon people should hear from the team."""

from __future__ import annotations

import re
import unicodedata
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback.errors import TakenError
from comms.feedback.models import Category, Times
from comms.feedback.selectors.codebook import get_category
from comms.feedback.selectors.doors import require_work
from comms.feedback.selectors.times import get_times
from comms.feedback.services.codebook import save_category
from comms.ledger.services import record

MOST_CATEGORIES = 100
CODE_LENGTH = 20
LONGEST_HOURS = 24 * 90


def name_category(*, actor: Actor, category_id: uuid.UUID | None, name: str) -> Category:
    """A new entry, whose code is made of its name and stays; or another name for that one.

    Raises InvalidError, TakenError for a name that there is, NotFoundError.
    """
    require_work(actor)
    name = " ".join(name.split())
    with in_workspace(actor.workspace_id):
        rows = Category.objects.filter(workspace_id=actor.workspace_id)
        taken = {one.code: one.name.casefold() for one in rows if one.id != category_id}
        if name.casefold() in taken.values():
            raise TakenError(_("There is a category of this name already."), field="name")
        if category_id is None and len(taken) >= MOST_CATEGORIES:
            raise InvalidError(
                _("There are %(most)s categories already; nobody finds their way among more.")
                % {"most": MOST_CATEGORIES},
                field="name",
            )
        code = get_category(actor, category_id).code if category_id else _code(name, set(taken))
        return save_category(actor=actor, category_id=category_id, code=code, name=name)


def retire_category(*, actor: Actor, category_id: uuid.UUID, is_retired: bool) -> Category:
    """Offer it no more, or again; the cases that have it keep it. Raises NotFoundError."""
    require_work(actor)
    with in_workspace(actor.workspace_id):
        found = get_category(actor, category_id)
        if bool(found.retired_at) != is_retired:
            found.retired_at = timezone.now() if is_retired else None
            found.save(update_fields=["retired_at"])
            record(
                action="feedback.retired_category" if is_retired else "feedback.reused_category",
                actor=actor,
                subject_type="category",
                subject_id=found.id,
                details={"name": found.name},
            )
    return found


def save_times(*, actor: Actor, reply_hours: int, reminder_hours: int) -> Times:
    """What a new form promises (0: nothing), and how long before that a case is reminded of.

    Raises InvalidError with the field.
    """
    require_work(actor)
    if not 0 <= reply_hours <= LONGEST_HOURS:
        raise InvalidError(_("Choose at most ninety days."), field="reply_hours")
    if not 0 <= reminder_hours <= LONGEST_HOURS or (reply_hours and reminder_hours >= reply_hours):
        raise InvalidError(
            _("The reminder must come after the answers and before a reply is due."),
            field="reminder_hours",
        )
    with in_workspace(actor.workspace_id):
        found = get_times(actor)
        found.reply_hours, found.reminder_hours = reply_hours, reminder_hours
        found.save()
        record(
            action="feedback.changed_times",
            actor=actor,
            details={"reply": reply_hours, "reminder": reminder_hours},
        )
    return found


def _code(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: CODE_LENGTH - 4].strip("-") or "category"
    numbered = (f"{stem}-{number}" for number in range(2, MOST_CATEGORIES + 2))
    return stem if stem not in taken else next(one for one in numbered if one not in taken)
