"""Fields that several forms share."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comms.directory.facts.countries import country_codes, country_name
from comms.directory.facts.languages import MOST_LANGUAGES, language_name, language_tags
from comms.directory.facts.zones import zone_names

Choices = list[tuple[str, str]]


def country_choices(empty: str = "—") -> Choices:
    """Every country by name in the reader's language."""
    return [("", empty), *_countries(get_language() or "en")]


@cache
def _countries(reader: str) -> Choices:
    named = sorted((country_name(code, reader), code) for code in country_codes())
    return [(code, name) for name, code in named]


def zone_choices(empty: str = "—") -> Choices:
    """Every time zone."""
    return [("", empty), *_zones()]


@cache
def _zones() -> Choices:
    return [(name, name.replace("_", " ")) for name in zone_names()]


class LanguagesField(forms.CharField):
    """Languages in order of preference, by name or tag, with commas between; gives a tuple of tags."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=300, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Tags are shown by name."""
        if isinstance(value, list | tuple):
            return ", ".join(language_name(tag, get_language() or "en") for tag in value)
        return value

    def clean(self, value: Any) -> tuple[str, ...]:
        """The tags. Says which word is not known."""
        known, unknown = language_tags(super().clean(value) or "")
        if unknown:
            raise ValidationError(
                _("“%(word)s” is not a language we know; write a name (French) or a tag (fr).")
                % {"word": unknown[0]}
            )
        if len(known) > MOST_LANGUAGES:
            raise ValidationError(_("Name at most %(most)d languages.") % {"most": MOST_LANGUAGES})
        return tuple(known)


def add_error(form: forms.BaseForm, field: str | None, message: str) -> None:
    """A service's error beside its field, or above the form when the form has no such field."""
    form.add_error(field if field in form.fields else None, message)
