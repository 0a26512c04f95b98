"""Uploading a list and saying how its columns are read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comms.directory.facts.languages import language_name, language_tags
from comms.directory.forms.fields import country_choices, zone_choices
from comms.directory.lists.mapping import TARGET_LABELS, TARGETS, Mapping
from comms.directory.lists.reader import MOST_BYTES
from comms.directory.models import Basis, Import, Kind, Purpose

_VALUES = {
    "name": _("Pattern, such as {Country}, {City}"),
    "kind": _("Kind (when no word fits)"),
    "country": _("Country"),
    "region": _("Region"),
    "languages": _("Languages (to add at the end)"),
    "role": _("Role or title"),
    "time_zone": _("Time zone"),
    "notes": _("Note"),
}
# With these the value beside the source counts.
USES_VALUE = {"constant", "pattern", "words", "country", "column"}


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=_("Your list"),
        error_messages={"empty": _("The file is empty. Export your list as CSV again.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text=_(
            "A CSV file with the names of the columns in the first row; up to 20 MB and 100,000 rows."
        ),
    )

    def clean_file(self) -> Any:
        """Within the size that the web server takes."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has more than 20 megabytes. Split it and import the parts one by one.")
            )
        return file


class MappingForm(forms.Form):
    """For each field of a stakeholder a source and, where it needs one, a value."""

    def __init__(self, data: Any, staged: Import, mapping: Mapping) -> None:
        super().__init__(data, initial=_initial(staged, mapping))
        self.staged = staged
        self._add_sources(staged.columns)
        self._add_kind_words()
        self.fields["phone_country"] = forms.ChoiceField(
            label=_("Numbers without + are of"),
            required=False,
            choices=country_choices(gettext("the stakeholder's country")),
        )
        self.fields["without_address"] = forms.ChoiceField(
            label=_("Rows without an e-mail address"),
            choices=[
                ("keep", _("Import them, explained in the error file")),
                ("leave", _("Leave them out")),
            ],
        )
        self._add_basis()

    def _add_sources(self, columns: list[str]) -> None:
        for target, hows in TARGETS.items():
            self.fields[f"{target}_source"] = forms.ChoiceField(
                label=str(TARGET_LABELS[target]), choices=_source_choices(hows, columns)
            )
            if target not in _VALUES:
                continue
            self.fields[f"{target}_value"] = self._value_field(target)

    def _value_field(self, target: str) -> forms.Field:
        if target == "kind":
            return forms.ChoiceField(label=_VALUES[target], choices=Kind.choices)
        if target == "country":
            return forms.ChoiceField(
                label=_VALUES[target], choices=country_choices(), required=False
            )
        if target == "time_zone":
            return forms.ChoiceField(label=_VALUES[target], choices=zone_choices(), required=False)
        return forms.CharField(
            label=_VALUES[target],
            required=False,
            max_length=300,
            widget=forms.TextInput(attrs={"dir": "auto"}),
        )

    def _add_kind_words(self) -> None:
        for kind, label in Kind.choices:
            self.fields[f"words_{kind}"] = forms.CharField(
                label=label, required=False, max_length=300
            )

    def _add_basis(self) -> None:
        self.fields["purpose"] = forms.ChoiceField(label=_("Used for"), choices=Purpose.choices)
        self.fields["basis"] = forms.ChoiceField(
            label=_("Lawful basis"),
            choices=[("", _("Choose…")), *Basis.choices],
            help_text=_("On what ground you may use the data (GDPR Article 6, or your own rules)."),
        )
        self.fields["source"] = forms.CharField(
            label=_("Source"),
            max_length=300,
            help_text=_("Where the list comes from, such as “Diplomatic list, May 2026”."),
        )
        self.fields["given_at"] = forms.DateField(
            label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The page's lines: a field's label, its source, and its value if it can have one."""
        return [
            {
                "target": target,
                "source": self[f"{target}_source"],
                "value": self[f"{target}_value"] if target in _VALUES else None,
            }
            for target in TARGETS
        ]

    @property
    def word_fields(self) -> list[forms.BoundField]:
        """The words that tell a kind."""
        return [self[f"words_{kind}"] for kind in Kind.values]

    @property
    def basis_fields(self) -> list[forms.BoundField]:
        """What the officer states for the whole list."""
        return [self[name] for name in ("purpose", "basis", "source", "given_at")]

    def mapping_json(self) -> dict[str, Any]:
        """What was chosen, as the services take it; they check it. Valid for an invalid form, too."""
        given = {name: self.data.get(name, "") for name in self.fields}
        sources = {}
        for target in TARGETS:
            how, _sign, column = str(given.get(f"{target}_source", "")).partition(":")
            sources[target] = {
                "how": how,
                "column": int(column) if column.isdigit() and len(column) < 5 else None,
                "value": given.get(f"{target}_value", ""),
                "words": {kind: given.get(f"words_{kind}", "") for kind in Kind.values},
            }
            if target not in {"kind", "languages"} and how in {"column", "none", "country"}:
                sources[target]["value"] = ""
        return {
            "sources": sources,
            "phone_country": given.get("phone_country", ""),
            "keep_without_address": given.get("without_address") != "leave",
        }

    def add_service_error(self, field: str | None, message: str) -> None:
        """A service's error beside the line it is about."""
        for name in (field, f"{field}_source"):
            if name in self.fields:
                self.add_error(name, message)
                return
        self.add_error(None, message)


def _source_choices(hows: tuple[str, ...], columns: list[str]) -> list[Any]:
    choices: list[Any] = []
    for how in hows:
        if how == "none":
            choices.append(("none", _("— leave empty —")))
        elif how == "column":
            choices.append(
                (gettext("Columns"), [(f"column:{at}", name) for at, name in enumerate(columns)])
            )
        elif how == "words":
            label = gettext("By words in “%(column)s”")
            choices.append(
                (
                    gettext("Rules"),
                    [(f"words:{at}", label % {"column": name}) for at, name in enumerate(columns)],
                )
            )
        elif how == "country":
            choices.append(("country", _("Suggested from the country")))
        elif how == "pattern":
            choices.append(("pattern", _("A pattern of columns:")))
        else:
            choices.append(("constant", _("Always the same:")))
    return choices


def _initial(staged: Import, mapping: Mapping) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "phone_country": mapping.phone_country,
        "without_address": "keep" if mapping.keep_without_address else "leave",
        "purpose": staged.purpose or Purpose.UPDATES,
        "basis": staged.basis,
        "source": staged.source,
        "given_at": staged.given_at or timezone.localdate(),
    }
    for target, source in mapping.sources.items():
        column = "" if source.column is None else f":{source.column}"
        initial[f"{target}_source"] = f"{source.how}{column}"
        initial[f"{target}_value"] = source.value
        if target == "languages":
            tags = language_tags(source.value or "")[0]
            reader = get_language() or "en"
            names = ", ".join(language_name(tag, reader) for tag in tags)
            # A rule or a word that is no language stays as it was written.
            initial["languages_value"] = names or source.value
        if target == "kind":
            initial.update({f"words_{kind}": words for kind, words in source.words.items()})
    return initial
