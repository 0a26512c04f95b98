"""A stakeholder, their addresses and lawful bases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.directory.forms.fields import LanguagesField, country_choices, zone_choices
from comms.directory.models import Basis, Channel, Kind, Purpose, Stakeholder
from comms.directory.services.stakeholders import (
    NAME_LENGTH,
    NOTES_LENGTH,
    REGION_LENGTH,
    ROLE_LENGTH,
    StakeholderDetails,
)


class StakeholderForm(forms.Form):
    """What is said of a stakeholder."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, initial=Kind.PERSON)
    role = forms.CharField(
        label=_("Role or title"),
        max_length=ROLE_LENGTH,
        required=False,
        help_text=_("Such as “Head of the political section”."),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    region = forms.CharField(
        label=_("Region"),
        max_length=REGION_LENGTH,
        required=False,
        help_text=_("A name your team uses; filters and audiences go by it."),
    )
    languages = LanguagesField(
        label=_("Languages"),
        required=False,
        help_text=_(
            "The preferred one first, with commas between: “Arabic, French”. They get updates in the first "
            "language that exists."
        ),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    notes = forms.CharField(
        label=_("Notes"),
        max_length=NOTES_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_("Encrypted in the database; every member of this workspace can read them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]  # as above
        self.fields["name"].widget.attrs["dir"] = "auto"
        self.fields["role"].widget.attrs["dir"] = "auto"

    @property
    def details(self) -> StakeholderDetails:
        """What the services take."""
        given = self.cleaned_data
        return StakeholderDetails(
            kind=given["kind"],
            name=" ".join(given["name"].split()),
            role=given["role"],
            country=given["country"],
            region=given["region"],
            languages=given["languages"],
            time_zone=given["time_zone"],
            notes=given["notes"],
        )


def initial_of(stakeholder: Stakeholder) -> dict[str, Any]:
    """A stakeholder as the form shows it."""
    return {name: getattr(stakeholder, name) for name in StakeholderForm.base_fields}


class ContactPointForm(forms.Form):
    """One address."""

    channel = forms.ChoiceField(label=_("Kind of address"), choices=Channel.choices)
    address = forms.CharField(
        label=_("Address"), max_length=500, widget=forms.Textarea(attrs={"rows": 1, "dir": "auto"})
    )
    label = forms.CharField(
        label=_("Label"),
        max_length=60,
        required=False,
        help_text=_("Such as “Press office” or “Private”."),
    )


class ConsentForm(forms.Form):
    """A lawful basis."""

    purpose = forms.ChoiceField(label=_("Used for"), choices=Purpose.choices)
    basis = forms.ChoiceField(
        label=_("Lawful basis"),
        choices=Basis.choices,
        help_text=_("On what ground you may use the data (GDPR Article 6, or your own rules)."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("Where it comes from, such as “Agreed at the meeting of 3 May”."),
    )
    given_at = forms.DateField(
        label=_("Since"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class EndConsentForm(forms.Form):
    """How they told us that it is over."""

    how = forms.CharField(
        label=_("How did they tell you?"),
        min_length=3,
        max_length=300,
        help_text=_("Such as “By telephone on 3 May”. It is kept."),
    )


class LiftForm(forms.Form):
    """Why sending is right again."""

    because = forms.CharField(
        label=_("Why is sending right again?"),
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Such as “Mailbox mended, they asked us on 3 May to write again”. It is kept."),
    )
