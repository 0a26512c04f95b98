"""What of a trail is wanted, as a form whose answers are in the address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from comms.ledger.selectors import EntryFilter
from comms.ledger.sentences import subjects

SYSTEM = "system"

APPS = (
    ("accounts.", _("People and settings")),
    ("directory.", _("Directory")),
    ("content.", _("Content")),
    ("campaigns.", _("Campaigns")),
    ("threads.", _("Threads")),
    ("feedback.", _("Feedback")),
    ("ledger.", _("Audit trail and keys")),
)


class TrailForm(forms.Form):
    """Filters of the trail. Dates are days in the reader's time zone, both included."""

    person = forms.ChoiceField(label=_("Person"), required=False)
    action = forms.RegexField(r"^[a-z_]+\.[a-z0-9_]*$", required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(label=_("Area"), required=False, choices=[("", _("All")), *APPS])
    kind = forms.ChoiceField(label=_("About"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Iterable[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person, kind = self.fields["person"], self.fields["kind"]
        assert isinstance(person, forms.ChoiceField)  # noqa: S101 - tells mypy what is declared above
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - as above
        person.choices = [
            ("", _("Everyone")),
            (SYSTEM, _("The system itself")),
            *((str(user_id), name) for user_id, name in people),
        ]
        kind.choices = [
            ("", _("Anything")),
            *((key, capfirst(str(it.label))) for key, it in subjects().items()),
        ]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return given

    def wanted(self) -> EntryFilter:
        """The filter that the answers mean. Only for a valid form."""
        given = self.cleaned_data
        person, until = given["person"], given["until"]
        return EntryFilter(
            person_id=forms.UUIDField().clean(person) if person and person != SYSTEM else None,
            by_system=person == SYSTEM,
            action=given["action"] or given["area"],
            subject_type=given["kind"],
            subject_id=given["subject"],
            since=_start_of(given["since"]),
            until=_start_of(until + dt.timedelta(days=1)) if until else None,
        )


def _start_of(day: dt.date | None) -> dt.datetime | None:
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
