"""The work beside a case: where it stands, how urgent it is, what it is about, whose it is, by when."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.feedback.forms.inbox import Named
from comms.feedback.models import Case, CaseState
from comms.feedback.words import STATES, WORDS, Urgency


class WorkForm(forms.Form):
    """All of it at once, so that it can be saved without a script."""

    state = forms.ChoiceField(
        label=_("State"), choices=[(WORDS[state], state.label) for state in CaseState]
    )
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Urgency.choices, coerce=int)
    category = forms.ChoiceField(label=_("Category"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due_on = forms.DateField(
        label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, case: Case, people: Named, categories: Named) -> None:
        super().__init__(data, initial=values_of(case), auto_id="work_%s")
        self._case = case
        # Only what the reader changed is saved: somebody else may have changed the rest meanwhile.
        for field in self.fields.values():
            field.show_hidden_initial = True
        nobody, none = ("", _("Nobody")), ("", _("None"))
        owners = dict(people)
        if case.owner_id and case.owner_id not in owners:
            owners[case.owner_id] = str(_("Somebody who left"))
        kinds = dict(categories)
        if case.category and case.category_id not in kinds:
            kinds[case.category.id] = case.category.name
        self.fields["owner"].choices = [nobody, *((str(key), name) for key, name in owners.items())]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["category"].choices = [none, *((str(key), name) for key, name in kinds.items())]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def owner_id(self) -> uuid.UUID | None:
        """The chosen owner, or None for nobody."""
        return _id(self.cleaned_data["owner"])

    @property
    def category_id(self) -> uuid.UUID | None:
        """The chosen category, or None."""
        return _id(self.cleaned_data["category"])

    @property
    def due_at(self) -> dt.datetime | None:
        """The end of the chosen day for the reader, or None for no promise."""
        chosen: dt.date | None = self.cleaned_data["due_on"]
        if chosen is None:
            return None
        return timezone.make_aware(dt.datetime.combine(chosen, dt.time(23, 59)))

    @property
    def chosen_state(self) -> CaseState:
        """The chosen state."""
        return STATES[self.cleaned_data["state"]]


def values_of(case: Case) -> dict[str, str]:
    """What the form's fields hold for this case."""
    return {
        "state": WORDS[CaseState(case.state)],
        "urgency": str(case.urgency),
        "category": str(case.category_id or ""),
        "owner": str(case.owner_id or ""),
        "due_on": timezone.localdate(case.due_at).isoformat() if case.due_at else "",
    }


def _id(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
