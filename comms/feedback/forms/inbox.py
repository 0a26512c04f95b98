"""The filters of the inbox, which live in the address, and what can be done with the ticked cases."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comms.feedback.models import CaseState
from comms.feedback.selectors.inbox import InboxFilter
from comms.feedback.words import STATES, WORDS, Urgency

MINE = "mine"
NOBODY = "nobody"

Named = Sequence[tuple[uuid.UUID, str]]
"""Ids with what they are called."""


class InboxFilterForm(forms.Form):
    """One value for each list. An unknown value narrows nothing but is shown as an error."""

    state = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((WORDS[state], state.label) for state in CaseState)],
        widget=forms.HiddenInput,
    )
    form = forms.ChoiceField(label=_("Form"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        required=False,
        choices=[("", _("Any")), *Urgency.choices],
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(
        self, data: Any, *, me: uuid.UUID, forms_named: Named, people: Named, categories: Named
    ) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._me = me
        anything = ("", _("Any"))
        lists: Mapping[str, list[tuple[Any, Any]]] = {
            "form": [anything, *((str(key), name) for key, name in forms_named)],
            "owner": [
                anything,
                (MINE, _("Mine")),
                (NOBODY, _("Nobody")),
                *((str(key), name) for key, name in people if key != me),
            ],
            "category": [anything, *((str(key), name) for key, name in categories)],
        }
        for name, choices in lists.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # ChoiceFields

    @property
    def question(self) -> InboxFilter:
        """What the address asks for; what is not valid narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        owner = given.get("owner", "")
        return InboxFilter(
            state=STATES.get(given.get("state", "")),
            form_id=_id(given.get("form")),
            owner_id=self._me if owner == MINE else None if owner == NOBODY else _id(owner),
            unowned=owner == NOBODY,
            category_id=_id(given.get("category")),
            urgency=int(given["urgency"]) if given.get("urgency") else None,
            overdue=given.get("overdue", False),
        )


class BulkForm(forms.Form):
    """What is to be done with the ticked cases: one choice, so that it works without a script."""

    act = forms.ChoiceField(label=_("Do with the ticked"), required=False)

    def __init__(self, data: Any, *, me: uuid.UUID, people: Named, categories: Named) -> None:
        super().__init__(data, auto_id="bulk_%s")
        self.fields["act"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Choose…")),
            ("claim", _("Take them")),
            (_("Give to"), [(f"owner:{key}", name) for key, name in people if key != me]),
            (_("Category"), [(f"category:{key}", name) for key, name in categories]),
            (_("Urgency"), [(f"urgency:{level}", name) for level, name in Urgency.choices]),
        ]


def _id(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
