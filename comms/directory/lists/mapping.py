"""Which part of a row fills which field: a column, a constant, or a rule for each."""

from __future__ import annotations

from collections.abc import Mapping as AbcMapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comms.core.errors import InvalidError
from comms.directory.facts.countries import is_country
from comms.directory.facts.languages import language_tags
from comms.directory.facts.zones import is_zone
from comms.directory.models import Kind

HOWS: dict[str, str | Promise] = {
    "none": gettext_lazy("leave empty"),
    "column": gettext_lazy("a column"),
    "constant": gettext_lazy("always the same"),
    "pattern": gettext_lazy("a pattern of columns"),
    "words": gettext_lazy("by words in a column"),
    "country": gettext_lazy("suggested from the country"),
}

# The fields of a stakeholder in the order of the mapping page, and how each may be filled.
TARGETS: dict[str, tuple[str, ...]] = {
    "name": ("column", "pattern"),
    "kind": ("constant", "words"),
    "email": ("none", "column"),
    "country": ("none", "column", "constant"),
    "region": ("none", "column", "constant"),
    "languages": ("none", "country", "column", "constant"),
    "phone": ("none", "column"),
    "post": ("none", "column"),
    "role": ("none", "column", "constant"),
    "time_zone": ("none", "constant", "country", "column"),
    "notes": ("none", "column", "constant"),
}

TARGET_LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "email": gettext_lazy("E-mail"),
    "country": gettext_lazy("Country"),
    "region": gettext_lazy("Region"),
    "languages": gettext_lazy("Languages"),
    "phone": gettext_lazy("Telephone"),
    "post": gettext_lazy("Postal address"),
    "role": gettext_lazy("Role or title"),
    "time_zone": gettext_lazy("Time zone"),
    "notes": gettext_lazy("Notes"),
}

_TEXT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field comes from. `words` gives for a kind the words that mean it; `value` is the constant,
    the pattern ("{Country}, {City}"), the kind when no word fits, or the languages to add at the end.
    """

    how: str = "none"
    column: int | None = None
    value: str = ""
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping. `phone_country` is where numbers without + are read, '' for the row's country."""

    sources: dict[str, Source]
    phone_country: str = ""
    keep_without_address: bool = True

    def uses_column(self, target: str) -> bool:
        """The field says what the list says, not what somebody assumed."""
        return self.sources[target].how in {"column", "pattern"}

    def as_json(self) -> dict[str, Any]:
        """As an import keeps it."""
        return {
            "sources": {
                target: {
                    "how": source.how,
                    "column": source.column,
                    "value": source.value,
                    "words": source.words,
                }
                for target, source in self.sources.items()
            },
            "phone_country": self.phone_country,
            "keep_without_address": self.keep_without_address,
        }


def mapping_from_json(value: Any, columns: list[str]) -> Mapping:
    """The mapping, checked against the list's columns. Raises InvalidError naming the field."""
    if not isinstance(value, AbcMapping) or not isinstance(value.get("sources"), AbcMapping):
        raise InvalidError(_("Say where each field comes from."), field="name")
    sources = {
        target: _source(target, value["sources"].get(target) or {}, columns) for target in TARGETS
    }
    phone_country = str(value.get("phone_country") or "")
    if phone_country and not is_country(phone_country):
        raise InvalidError(_("Choose a country from the list."), field="phone_country")
    for target in ("languages", "time_zone"):
        if sources[target].how == "country" and sources["country"].how == "none":
            raise InvalidError(
                _("This is suggested from the country, so say where the country comes from."),
                field="country",
            )
    return Mapping(sources, phone_country, bool(value.get("keep_without_address", True)))


def _source(target: str, given: AbcMapping[str, Any], columns: list[str]) -> Source:
    how = str(given.get("how") or TARGETS[target][0])
    if how not in TARGETS[target]:
        raise InvalidError(
            _("“%(field)s” can't be filled like this.") % {"field": TARGET_LABELS[target]},
            field=target,
        )
    column = given.get("column")
    value = str(given.get("value") or "").strip()
    words = {
        kind: str(text).strip()[:_TEXT_LENGTH]
        for kind, text in (given.get("words") or {}).items()
        if kind in Kind.values and str(text).strip()
    }
    if len(value) > _TEXT_LENGTH:
        raise InvalidError(
            _("Shorten this to %(most)d characters.") % {"most": _TEXT_LENGTH}, field=target
        )
    if how in {"column", "words"} and (
        not isinstance(column, int) or not 0 <= column < len(columns)
    ):
        raise InvalidError(
            _("Choose the column for “%(field)s”.") % {"field": TARGET_LABELS[target]}, field=target
        )
    _check_value(target, how, value, columns)
    if how == "words" and not words:
        raise InvalidError(_("Give at least one word that tells a kind."), field=target)
    return Source(
        how, column if how in {"column", "words"} else None, value, words if how == "words" else {}
    )


def _check_value(target: str, how: str, value: str, columns: list[str]) -> None:
    if how == "constant" and not value:
        raise InvalidError(
            _("Write what “%(field)s” always is.") % {"field": TARGET_LABELS[target]}, field=target
        )
    if how == "pattern":
        _check_pattern(value, columns)
    if target == "kind" and value not in Kind.values:
        raise InvalidError(_("Choose a kind from the list."), field="kind")
    if how == "constant" and target == "country" and not is_country(value):
        raise InvalidError(_("Choose a country from the list."), field="country")
    if how == "constant" and target == "time_zone" and not is_zone(value):
        raise InvalidError(_("Choose a time zone from the list."), field="time_zone")
    if target == "languages" and value:
        unknown = language_tags(value)[1]
        if unknown:
            raise InvalidError(
                _("“%(word)s” is not a language we know; write a name (French) or a tag (fr).")
                % {"word": unknown[0]},
                field="languages",
            )


def _check_pattern(pattern: str, columns: list[str]) -> None:
    used = [column for column in columns if "{" + column + "}" in pattern]
    rest = pattern
    for column in used:
        rest = rest.replace("{" + column + "}", "")
    if not used or "{" in rest or "}" in rest:
        raise InvalidError(
            _("Write columns of this list in braces, such as {%(column)s}.")
            % {"column": columns[0]},
            field="name",
        )
