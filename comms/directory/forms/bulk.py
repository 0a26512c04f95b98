"""One change to many."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.directory.forms.fields import LanguagesField, country_choices
from comms.directory.models import Audience, Basis, Kind, Purpose
from comms.directory.services.bulk import BulkChange


class BulkForm(forms.Form):
    """What to change, and to what; only the fields of the chosen change are looked at."""

    field = forms.ChoiceField(label=_("Change"))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *Kind.choices], required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("The preferred one first.")
    )
    audience = forms.ChoiceField(label=_("Audience"), required=False)
    purpose = forms.ChoiceField(label=_("Used for"), choices=Purpose.choices, required=False)
    basis = forms.ChoiceField(
        label=_("Lawful basis"), choices=[("", "—"), *Basis.choices], required=False
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("Where it comes from, such as “Diplomatic list, May 2026”."),
    )
    given_at = forms.DateField(
        label=_("Since"),
        required=False,
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    # Which inputs belong to which change; the page's script shows only those.
    PARTS = {
        "kind": ["kind"],
        "region": ["region"],
        "country": ["country"],
        "languages": ["languages"],
        "audience": ["audience"],
        "basis": ["purpose", "basis", "source", "given_at"],
        "archive": [],
    }

    def __init__(self, data: Any, audiences: list[Audience]) -> None:
        super().__init__(data)
        choices = [
            ("kind", _("Kind")),
            ("region", _("Region")),
            ("country", _("Country")),
            ("languages", _("Languages")),
            ("basis", _("Record a lawful basis")),
            ("archive", _("Move to the archive")),
        ]
        picked = [(str(each.id), each.name) for each in audiences if each.is_picked]
        if picked:
            choices.insert(5, ("audience", _("Add to a hand-picked audience")))
        self.fields["field"].choices = choices  # type: ignore[attr-defined]  # choice fields
        self.fields["audience"].choices = [("", "—"), *picked]  # type: ignore[attr-defined]  # as above
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]  # as above
        for change, names in self.PARTS.items():
            for name in names:
                self.fields[name].widget.attrs["data-part"] = change

    @property
    def change(self) -> BulkChange:
        """What the service takes."""
        given = self.cleaned_data
        field = given["field"]
        return BulkChange(
            field=field,
            value=str(given.get(field) or "") if field in {"kind", "region", "country"} else "",
            languages=given.get("languages") or (),
            purpose=given.get("purpose") or "",
            basis=given.get("basis") or "",
            source=given.get("source") or "",
            given_at=given.get("given_at"),
            audience_id=uuid.UUID(given["audience"]) if given.get("audience") else None,
        )
