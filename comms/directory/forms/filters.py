"""The filter bar of the directory; lives in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.directory.facts.countries import country_name
from comms.directory.facts.languages import language_name
from comms.directory.models import Kind
from comms.directory.selectors import Facets, StakeholderFilter


class FilterForm(forms.Form):
    """Text and one value for each list. An unknown value filters nothing away but is shown as an error."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    address = forms.ChoiceField(
        label=_("E-mail"),
        required=False,
        choices=[
            ("", _("Any")),
            ("yes", _("Can be written to")),
            ("no", _("No address")),
            ("stopped", _("Sending stopped")),
        ],
    )
    basis = forms.ChoiceField(
        label=_("Updates"),
        required=False,
        choices=[
            ("", _("Any")),
            ("yes", _("Lawful basis recorded")),
            ("no", _("No lawful basis")),
            ("withdrawn", _("Withdrawn")),
        ],
    )
    archived = forms.BooleanField(label=_("In the archive"), required=False)

    def __init__(self, data: Any, facets: Facets) -> None:
        super().__init__(data)
        reader = get_language() or "en"
        anything = ("", _("Any"))
        lists: dict[str, list[tuple[str, Any]]] = {
            "kind": list(Kind.choices),
            "region": [(region, region) for region in facets.regions],
            "country": sorted(
                ((code, country_name(code, reader)) for code in facets.countries),
                key=lambda choice: choice[1],
            ),
            "language": sorted(
                ((tag, language_name(tag, reader)) for tag in facets.languages),
                key=lambda choice: choice[1],
            ),
        }
        for name, choices in lists.items():
            self.fields[name].choices = [anything, *choices]  # type: ignore[attr-defined]  # ChoiceFields
        self.fields["q"].widget.attrs.update(
            {"placeholder": _("Name or e-mail address"), "dir": "auto"}
        )

    @property
    def question(self) -> StakeholderFilter:
        """What the address asks for; what is not valid narrows nothing."""
        self.is_valid()
        given = self.cleaned_data

        def one(name: str) -> tuple[str, ...]:
            return (given[name],) if given.get(name) else ()

        return StakeholderFilter(
            kinds=one("kind"),
            regions=one("region"),
            countries=one("country"),
            languages=one("language"),
            address=given.get("address", ""),
            basis=given.get("basis", ""),
            text=given.get("q", ""),
            archived=given.get("archived", False),
        )
