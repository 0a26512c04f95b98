"""The audience builder."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.directory.facts.countries import country_name
from comms.directory.facts.languages import language_name
from comms.directory.models import Audience, Kind
from comms.directory.selectors import Facets, StakeholderFilter

_LISTS = ("kinds", "regions", "languages", "countries")


class AudienceForm(forms.Form):
    """Name, and for a live one the four lists. Values that an audience has but nobody uses stay offered."""

    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(
        label=_("Description"),
        max_length=300,
        required=False,
        help_text=_("Who they are and what they need to hear."),
    )
    mode = forms.ChoiceField(
        label=_("Who is in it"),
        choices=Audience.Mode.choices,
        widget=forms.RadioSelect,
        initial=Audience.Mode.LIVE,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds"), required=False, widget=forms.CheckboxSelectMultiple
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    countries = forms.MultipleChoiceField(
        label=_("Countries"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, facets: Facets, *, audience: Audience | None = None) -> None:
        held: dict[str, list[str]] = dict(audience.filters) if audience else {}
        initial: dict[str, Any] = (
            {"name": audience.name, "description": audience.description, **held} if audience else {}
        )
        super().__init__(data, initial=initial)
        reader = get_language() or "en"
        offered = {
            "kinds": list(Kind.choices),
            "regions": [
                (value, value) for value in sorted({*facets.regions, *held.get("regions", [])})
            ],
            "languages": sorted(
                (
                    (tag, language_name(tag, reader))
                    for tag in {*facets.languages, *held.get("languages", [])}
                ),
                key=lambda choice: choice[1],
            ),
            "countries": sorted(
                (
                    (code, country_name(code, reader))
                    for code in {*facets.countries, *held.get("countries", [])}
                ),
                key=lambda choice: choice[1],
            ),
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # choice fields
        if audience is not None:
            del self.fields["mode"]
            if audience.is_picked:
                for name in _LISTS:
                    del self.fields[name]

    @property
    def filters(self) -> StakeholderFilter:
        """The four lists."""
        given = self.cleaned_data
        return StakeholderFilter(
            kinds=tuple(given.get("kinds", ())),
            regions=tuple(given.get("regions", ())),
            languages=tuple(given.get("languages", ())),
            countries=tuple(given.get("countries", ())),
        )
